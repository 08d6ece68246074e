//===- ModelDescription.cpp - What an object says of its model ------------===//

#include "compiler/ModelDescription.h"

#include "compiler/Options.h"
#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/ONNXDialect.h"
#include "frontends/Checkpoint.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace llm;
using llmrt::DimSymbol;
using llmrt::ElementType;

static ArgumentDescription describeArgument(StringRef name) {
  auto symbol = [](DimSymbol s, int64_t plus = 0) {
    return llmrt::ArgumentDim{static_cast<int32_t>(s), 0, plus};
  };
  ArgumentDescription argument;
  argument.name = name.str();
  argument.type = ElementType::I32;
  if (name == "sequence_starts")
    argument.dims = {symbol(DimSymbol::Sequences, 1)};
  else if (name == "context_lengths" || name == "prompt_lengths")
    argument.dims = {symbol(DimSymbol::Sequences)};
  else if (name.starts_with("state_table."))
    argument.dims = {symbol(DimSymbol::Sequences), symbol(DimSymbol::Pages)};
  else if (name == "output_rows")
    argument.dims = {symbol(DimSymbol::Outputs)};
  else
    argument.dims = {symbol(DimSymbol::Rows)};
  return argument;
}

/// Bytes of all entries of a parameter as the input has them, or as they are
/// kept where the user asked for fewer bits. Repacking never adds any.
static uint64_t encodedBytes(ParameterOp op, const Checkpoint &checkpoint) {
  auto packed = dyn_cast<PackedType>(op.getType());
  uint64_t bytes = 0;
  for (StringRef name : op.getSources().getAsValueRange<StringAttr>()) {
    auto source = checkpoint.tensors.find(name.str());
    if (source == checkpoint.tensors.end())
      continue;
    uint64_t entry = source->second.bytes;
    if (packed)
      entry = std::min<uint64_t>(entry,
                                 packed.getLayout().getStoredBytes(
                                     packed.getRows() * packed.getColumns()));
    bytes += entry;
  }
  return bytes;
}

/// Counts of weights that reports and shares of the ceiling are made from.
static void countWeights(ModuleOp module, const Checkpoint &checkpoint,
                         llmrt::ModelFacts &facts) {
  const DecoderConfig &config = checkpoint.config;
  bool tied = llvm::none_of(module.getOps<ParameterOp>(), [](ParameterOp op) {
    return op.getSymName().starts_with("head.");
  });
  // Of experts a token reads a few.
  llvm::DenseMap<StringRef, std::pair<int64_t, int64_t>> shares;
  module.walk([&](MoeOp moe) {
    for (Value weight : {moe.getGate(), moe.getUp(), moe.getDown()})
      if (auto op = weight.getDefiningOp<WeightOp>())
        shares[op.getParameter()] = {moe.getTop(), moe.getExperts()};
  });
  int64_t layerWeights = 0;
  bool quantized = false;
  for (ParameterOp op : module.getOps<ParameterOp>()) {
    auto packed = dyn_cast<PackedType>(op.getType());
    int64_t entries =
        llvm::count_if(op.getSources().getAsValueRange<StringAttr>(),
                       [](StringRef name) { return !name.empty(); });
    if (!packed) {
      facts.weightBytesRead += encodedBytes(op, checkpoint);
      continue;
    }
    bool embedding = op.getSymName().starts_with("embed.");
    bool head = op.getSymName().starts_with("head.") || (embedding && tied);
    int64_t elements = packed.getRows() * packed.getColumns() * entries;
    uint64_t bytes = encodedBytes(op, checkpoint);
    if (auto share = shares.find(op.getSymName()); share != shares.end()) {
      auto [top, experts] = share->second;
      elements = elements / experts * top;
      bytes = bytes / experts * top;
    }
    if (!embedding || head)
      facts.weightBytesRead += bytes;
    if (!embedding && !head)
      layerWeights += elements;
    auto dense = dyn_cast<DenseAttr>(packed.getEncoding());
    quantized |= !dense;
    if (dense && !embedding)
      facts.weightType = elementTypeOf(dense.getElementType());
  }
  if (quantized)
    facts.weightType = ElementType::I8;
  facts.prefillFlopsPerToken = 2 * layerWeights;
  facts.headFlops = 2 * config.vocabSize * config.hiddenSize;
  facts.attentionFlopsPerPair =
      4 * config.numLayers * config.numAttentionHeads * config.headDim;
}

int64_t llm::maxRows(const CompileOptions &options) {
  return options.prefillChunk + options.maxBatch - 1;
}

int64_t llm::maxContext(const CompileOptions &options,
                        const Checkpoint &checkpoint) {
  return options.maxContext ? options.maxContext
                            : checkpoint.config.maxPositionEmbeddings;
}

static const char *formatName(Checkpoint::Format format) {
  switch (format) {
  case Checkpoint::Format::HuggingFace:
    return "safetensors";
  case Checkpoint::Format::Gguf:
    return "GGUF";
  case Checkpoint::Format::Onnx:
    return "ONNX";
  }
  llvm_unreachable("every format has a case");
}

ObjectDescription llm::describeModel(ModuleOp module,
                                     const Checkpoint &checkpoint,
                                     const CompileOptions &options) {
  const DecoderConfig &config = checkpoint.config;
  ObjectDescription description;
  description.name = options.name;
  description.provenance = std::string("llm-compile " LLM_VERSION "; ") +
                           config.architecture + " from " +
                           formatName(checkpoint.format);
  description.endTokens = checkpoint.endTokens;

  llmrt::ModelFacts &facts = description.facts;
  facts.vocabSize = config.vocabSize;
  facts.hiddenSize = config.hiddenSize;
  facts.layers = config.numLayers;
  facts.maxContext = maxContext(options, checkpoint);
  facts.maxBatch = options.maxBatch;
  facts.maxRows = maxRows(options);
  facts.bosCount = checkpoint.bos ? 1 : 0;
  facts.bos = checkpoint.bos.value_or(0);
  countWeights(module, checkpoint, facts);

  auto step = module.lookupSymbol<func::FuncOp>("step");
  for (unsigned i = 0; i < step.getNumArguments(); ++i)
    description.arguments.push_back(describeArgument(
        cast<StringAttr>(step.getArgAttr(i, "llm.argument")).getValue()));
  ArgumentDescription logits;
  logits.name = "logits";
  logits.type = ElementType::F32;
  logits.isOutput = true;
  logits.dims = {{static_cast<int32_t>(DimSymbol::Outputs), 0, 0},
                 {-1, 0, config.vocabSize}};
  description.arguments.push_back(logits);

  for (StateGroupOp op : module.getOps<StateGroupOp>()) {
    StateType type = op.getType();
    StateGroupDescription group;
    // As its block table is named: state_table.<name>.
    group.name = std::to_string(description.groups.size());
    group.layers = op.getLayers().size();
    group.pageTokens = type.getPage();
    group.layerPageBytes = type.getLayerPageBytes();
    group.window = type.getWindow();
    group.keyValueHeads = type.getHeads();
    group.headDim = type.getHeadDim();
    group.type = elementTypeOf(type.getElementType());
    facts.stateBytesPerToken +=
        group.layers * group.layerPageBytes / group.pageTokens;
    description.groups.push_back(group);
  }
  return description;
}

/// What is known of one input or output. Sequences and optionals say the type
/// of what they hold.
static GraphArgumentDescription describeValue(Type type, DictionaryAttr about) {
  GraphArgumentDescription argument;
  if (auto name = dyn_cast_or_null<StringAttr>(about ? about.get("onnx.name")
                                                     : Attribute()))
    argument.name = name.str();
  if (auto optional = dyn_cast<llm::onnx::OptionalType>(type)) {
    argument.optional = true;
    type = optional.getElement();
  }
  if (auto sequence = dyn_cast<llm::onnx::SequenceType>(type)) {
    argument.kind = llmrt::GraphValueKind::Sequence;
    type = sequence.getElement();
  }
  auto tensor = cast<TensorType>(type);
  argument.type = elementTypeOf(tensor.getElementType());
  argument.anyRank = !tensor.hasRank();
  if (tensor.hasRank())
    for (int64_t size : tensor.getShape())
      argument.dims.push_back(ShapedType::isDynamic(size) ? -1 : size);
  if (auto names = dyn_cast_or_null<ArrayAttr>(about ? about.get("onnx.dims")
                                                     : Attribute()))
    for (StringRef name : names.getAsValueRange<StringAttr>())
      argument.dimNames.push_back(name.str());
  return argument;
}

ObjectDescription llm::describeGraph(ModuleOp module,
                                     const CompileOptions &options) {
  ObjectDescription description;
  description.name = options.name;
  description.provenance = "llm-compile " LLM_VERSION "; graph from ONNX";
  for (auto graph : module.getOps<llm::onnx::GraphOp>()) {
    for (auto [i, type] : llvm::enumerate(graph.getArgumentTypes()))
      description.graphArguments.push_back(
          describeValue(type, graph.getArgAttrDict(i)));
    for (auto [i, type] : llvm::enumerate(graph.getResultTypes())) {
      description.graphArguments.push_back(
          describeValue(type, graph.getResultAttrDict(i)));
      description.graphArguments.back().isOutput = true;
    }
  }
  return description;
}
