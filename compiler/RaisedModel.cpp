//===- RaisedModel.cpp - What a raised ONNX decoder is --------------------===//

#include "compiler/RaisedModel.h"

#include "compiler/object/SourceBlocks.h"
#include "dialects/llm/LLMDialect.h"
#include "frontends/PlainTensor.h"
#include "frontends/huggingface/Folder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace llm;

/// Where no file says how long a context may be.
constexpr int64_t kDefaultContext = 4096;

static SourceType sourceTypeOf(Type element) {
  return element.isF32()   ? SourceType::F32
         : element.isF16() ? SourceType::F16
                           : SourceType::BF16;
}

/// The constants of the module as a file.
static bool addConstants(ModuleOp module, WeightSource &weights,
                         std::string &error) {
  auto constants = module->getAttrOfType<DictionaryAttr>("llm.constants");
  std::string bytes;
  uint32_t file = weights.files.size();
  for (NamedAttribute entry : constants) {
    auto data = cast<DenseElementsAttr>(entry.getValue());
    SourceTensor tensor;
    tensor.name = entry.getName().str();
    tensor.type = sourceTypeOf(data.getElementType());
    tensor.shape.assign(data.getType().getShape().begin(),
                        data.getType().getShape().end());
    tensor.file = file;
    bytes.resize(llvm::alignTo(bytes.size(), 8));
    tensor.offset = bytes.size();
    size_t width = data.getElementType().getIntOrFloatBitWidth() / 8;
    ArrayRef<char> raw = data.getRawData();
    int64_t repeats = data.isSplat() ? data.getNumElements() : 1;
    for (int64_t i = 0; i < repeats; ++i)
      bytes.append(raw.begin(), raw.end());
    tensor.bytes = data.getNumElements() * width;
    weights.tensors[tensor.name] = tensor;
  }
  module->removeAttr("llm.constants"); // they are as far as weights are
  if (bytes.empty())
    return true;
  auto mapped = MappedFile::create(bytes, error);
  if (mapped)
    weights.files.push_back(mapped);
  return mapped != nullptr;
}

using RowRange = std::pair<int64_t, int64_t>;

/// Rows [first, second) of a matrix.
static std::optional<SourceTensor> rowsOf(SourceTensor view, RowRange range) {
  int64_t rows = view.shape[0], columns = view.shape[1];
  if (view.field || !isDense(view.type) || range.first < 0 ||
      range.first >= range.second || range.second > rows)
    return std::nullopt;
  int64_t width = elementBytes(view.type);
  view.shape[0] = range.second - range.first;
  if (view.transposed) {
    view.pitch = rows;
    view.offset += range.first * width;
  } else {
    view.offset += range.first * columns * width;
    view.bytes = view.shape[0] * columns * width;
  }
  return view;
}

/// The same rows of every matrix of a stack.
static std::optional<SourceTensor> expertsOf(const SourceTensor &stack,
                                             bool transposed, RowRange range) {
  SourceTensor result{stack.name, stack.type, {0, 0}};
  SourceTensor matrix = stack;
  matrix.shape.erase(matrix.shape.begin());
  matrix.bytes = stack.bytes / stack.shape[0];
  matrix.transposed = transposed;
  if (transposed)
    std::swap(matrix.shape[0], matrix.shape[1]);
  for (int64_t i = 0; i < stack.shape[0]; ++i) {
    std::optional<SourceTensor> part = rowsOf(matrix, range);
    if (!part)
      return std::nullopt;
    result.shape = {result.shape[0] + part->shape[0], part->shape[1]};
    result.bytes += part->bytes;
    result.parts.push_back(std::move(*part));
    matrix.offset += matrix.bytes;
  }
  return result;
}

/// Sources named "x^T" are x's transpose; "x[a:b]" and "x^T[a:b]" rows a to b -
/// 1 of it, or of each matrix where x is a stack of them.
static std::optional<SourceTensor> viewOf(StringRef name,
                                          const WeightSource &weights) {
  std::optional<RowRange> range;
  size_t bracket = name.rfind('[');
  if (name.ends_with("]") && bracket != StringRef::npos) {
    auto [from, to] = name.slice(bracket + 1, name.size() - 1).split(':');
    int64_t first, last;
    if (from.getAsInteger(10, first) || to.getAsInteger(10, last))
      return std::nullopt;
    range = {first, last};
    name = name.take_front(bracket);
  }
  bool transposed = name.consume_back("^T");
  auto found = weights.tensors.find(name.str());
  if (found == weights.tensors.end())
    return std::nullopt;
  const SourceTensor &whole = found->second;
  if (whole.shape.size() == 3 && range)
    return expertsOf(whole, transposed, *range);
  if (whole.shape.size() != 2)
    return std::nullopt;
  SourceTensor view = whole;
  if (transposed) {
    std::swap(view.shape[0], view.shape[1]);
    view.transposed ^= true;
  }
  return range ? rowsOf(view, *range) : view;
}

static void addViews(ModuleOp module, WeightSource &weights) {
  for (auto parameter : module.getOps<ParameterOp>())
    for (StringRef name :
         parameter.getSources().getAsValueRange<StringAttr>()) {
      if (weights.tensors.count(name.str()))
        continue;
      if (std::optional<SourceTensor> view = viewOf(name, weights))
        weights.tensors[name.str()] = *view;
    }
}

std::unique_ptr<Checkpoint> llm::describeRaised(ModuleOp module,
                                                const std::string &path,
                                                const std::string &tokenizer,
                                                WeightSource weights,
                                                std::string &error) {
  auto checkpoint = std::make_unique<Checkpoint>();
  checkpoint->format = Checkpoint::Format::Onnx;
  checkpoint->path = path;
  static_cast<WeightSource &>(*checkpoint) = std::move(weights);
  if (!addConstants(module, *checkpoint, error))
    return nullptr;
  addViews(module, *checkpoint);

  DecoderConfig &config = checkpoint->config;
  config.architecture = "decoder";
  auto forward = module.lookupSymbol<func::FuncOp>("forward");
  config.vocabSize =
      cast<RankedTensorType>(forward.getResultTypes()[0]).getDimSize(1);
  int64_t learned = 0;
  forward.walk([&](Operation *op) {
    if (auto embedding = dyn_cast<EmbeddingOp>(op)) {
      config.hiddenSize =
          cast<RankedTensorType>(embedding.getType()).getDimSize(1);
      // A table by position ends where it ends.
      if (embedding.getTokens().getDefiningOp<PositionsOp>())
        learned = embedding.getTable().getType().getRows();
    } else if (auto attention = dyn_cast<AttentionOp>(op)) {
      ++config.numLayers;
      config.numAttentionHeads = attention.getHeads();
      config.numKeyValueHeads = attention.getKvHeads();
      config.headDim =
          cast<RankedTensorType>(attention.getQuery().getType()).getDimSize(1) /
          attention.getHeads();
      config.slidingWindow.push_back(attention.getWindow());
    }
  });
  StringRef dtype;
  for (auto parameter : module.getOps<ParameterOp>())
    if (auto packed = dyn_cast<PackedType>(parameter.getType())) {
      Type element = cast<DenseAttr>(packed.getEncoding()).getElementType();
      StringRef own = element.isF32()   ? "f32"
                      : element.isF16() ? "f16"
                                        : "bf16";
      dtype = dtype.empty() || dtype == own ? own : "f32";
    }
  config.dtype = dtype.str();
  StringRef beside = tokenizer.empty() ? path : tokenizer;
  std::string folder = llvm::sys::path::parent_path(beside).str();
  if (!huggingface::readCompanions(folder.empty() ? "." : folder,
                                   llvm::sys::path::filename(tokenizer).str(),
                                   *checkpoint, error))
    return nullptr;
  if (learned)
    config.maxPositionEmbeddings = learned;
  if (config.maxPositionEmbeddings <= 0)
    config.maxPositionEmbeddings = kDefaultContext;
  return checkpoint;
}
