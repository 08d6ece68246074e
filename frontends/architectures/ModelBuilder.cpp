//===- ModelBuilder.cpp - Parameters, kinds of layers, common ops ---------===//

#include "frontends/architectures/ModelBuilder.h"

#include "frontends/gguf/BlockFormats.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace llm;

/// The encoding that holds a source type without loss. Block types and their
/// meaning: frontends/gguf/BlockFormats.h.
static Attribute encodingOf(MLIRContext *context, SourceType type) {
  Builder b(context);
  auto grouped = [&](int64_t bits, int64_t group, int64_t zero, bool minimum,
                     int64_t super) -> Attribute {
    return GroupedAttr::get(context, bits, group, zero, minimum, super,
                            /*scaleBits=*/16, /*zeros=*/false);
  };
  switch (type) {
  case SourceType::F32:
    return DenseAttr::get(context, b.getF32Type());
  case SourceType::F16:
    return DenseAttr::get(context, b.getF16Type());
  case SourceType::BF16:
    return DenseAttr::get(context, b.getBF16Type());
  case SourceType::Q4_0:
    return grouped(4, 32, 8, false, 0);
  case SourceType::Q4_1:
    return grouped(4, 32, 0, true, 0);
  case SourceType::Q5_0:
    return grouped(5, 32, 16, false, 0);
  case SourceType::Q5_1:
    return grouped(5, 32, 0, true, 0);
  case SourceType::Q8_0:
    return grouped(8, 32, 128, false, 0);
  case SourceType::Q2_K:
    return grouped(2, 16, 0, true, 256);
  case SourceType::Q3_K:
    return grouped(3, 16, 4, false, 256);
  case SourceType::Q4_K:
    return grouped(4, 32, 0, true, 256);
  case SourceType::Q5_K:
    return grouped(5, 32, 0, true, 256);
  case SourceType::Q6_K:
    return grouped(6, 16, 32, false, 256);
  default:
    break;
  }
  llvm_unreachable("checkpoints hold no other type");
}

ModelBuilder::ModelBuilder(ModuleOp module, const Checkpoint &checkpoint)
    : b(module.getLoc(), module.getContext()), checkpoint(checkpoint),
      config(checkpoint.config), module(module) {}

RankedTensorType ModelBuilder::rows(int64_t columns) {
  return RankedTensorType::get({ShapedType::kDynamic, columns}, b.getF32Type());
}

const SourceTensor *ModelBuilder::find(StringRef name, int64_t layer) const {
  std::string key = layer < 0
                        ? name.str()
                        : ("layers." + llvm::Twine(layer) + "." + name).str();
  auto it = checkpoint.tensors.find(key);
  return it == checkpoint.tensors.end() ? nullptr : &it->second;
}

Type ModelBuilder::typeOf(const SourceTensor &tensor) {
  if (tensor.shape.size() == 1)
    return RankedTensorType::get(tensor.shape, b.getF32Type());
  int64_t rows = tensor.shape[0];
  if (!tensor.parts.empty())
    rows =
        llvm::alignTo(tensor.parts[0].shape[0], kPanel) * tensor.parts.size();
  return PackedType::get(b.getContext(), rows, tensor.shape[1],
                         encodingOf(b.getContext(), tensor.type));
}

Value ModelBuilder::optionalWeight(StringRef name) {
  return find(name, layer) ? weight(name) : Value();
}

Value ModelBuilder::weight(StringRef name) {
  const SourceTensor *tensor = find(name, layer);
  assert(tensor && "opening the checkpoint checked that every weight is there");
  Type type = typeOf(*tensor);
  Location loc = NameLoc::get(b.getStringAttr(tensor->name), b.getLoc());

  // Kinds of layers share a parameter when its type and source agree; else the
  // later one's name gets a number.
  std::string symbol = name.str();
  ParameterOp parameter;
  for (int64_t variant = 1;; ++variant) {
    parameter = module.lookupSymbol<ParameterOp>(symbol);
    if (!parameter ||
        (parameter.getType() == type &&
         parameter.getSourceType() == blockFormat(tensor->type).name))
      break;
    symbol = (name + "." + llvm::Twine(variant)).str();
  }
  if (!parameter) {
    SmallVector<Attribute> sources;
    int64_t entries = layer < 0 ? 1 : config.numLayers;
    for (int64_t i = 0; i < entries; ++i) {
      const SourceTensor *entry = find(name, layer < 0 ? -1 : i);
      bool same =
          entry && typeOf(*entry) == type && entry->type == tensor->type;
      std::string key = layer < 0
                            ? name.str()
                            : ("layers." + llvm::Twine(i) + "." + name).str();
      sources.push_back(b.getStringAttr(same ? key : ""));
    }
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(module.lookupSymbol<func::FuncOp>("forward"));
    parameter = ParameterOp::create(b, loc, symbol, type,
                                    blockFormat(tensor->type).name,
                                    b.getArrayAttr(sources));
  }
  return WeightOp::create(
      b, loc, type, FlatSymbolRefAttr::get(b.getContext(), symbol), layerIndex);
}

Value ModelBuilder::linear(Value input, StringRef name) {
  Value matrix = weight((name + ".weight").str());
  SmallVector<Value> biases;
  if (Value bias = optionalWeight((name + ".bias").str()))
    biases.push_back(bias);
  return LinearOp::create(b, rows(cast<PackedType>(matrix.getType()).getRows()),
                          input, ValueRange(matrix), biases, Value(), Value(),
                          Value());
}

Value ModelBuilder::rmsNorm(Value input, StringRef name, int64_t groups) {
  return RMSNormOp::create(
      b, input.getType(), input, weight((name + ".weight").str()),
      b.getF64FloatAttr(config.rmsNormEps), b.getI64IntegerAttr(groups));
}

Value ModelBuilder::layerNorm(Value input, StringRef name) {
  Value scale = weight((name + ".weight").str());
  Value bias = weight((name + ".bias").str());
  return LayerNormOp::create(b, input.getType(), input, scale, bias,
                             b.getF64FloatAttr(config.rmsNormEps));
}

Value ModelBuilder::embedding(Value indices, StringRef name) {
  return EmbeddingOp::create(b, rows(config.hiddenSize), indices,
                             weight((name + ".weight").str()));
}

Value ModelBuilder::positions(Value tokens) {
  return PositionsOp::create(b, tokens.getType(), tokens);
}

Value ModelBuilder::rotaryTable(Value positions, const RopeConfig &rope) {
  RotaryFrequencies frequencies = rotaryFrequencies(rope, config.headDim);
  bool isDynamic =
      rope.kind == RopeConfig::Dynamic || rope.kind == RopeConfig::LongRope;
  return RotaryTableOp::create(
      b, rows(2 * frequencies.inverse.size()), positions,
      b.getDenseF32ArrayAttr(frequencies.inverse),
      b.getF32FloatAttr(frequencies.scale),
      b.getF64FloatAttr(isDynamic ? rope.factor : 1.0),
      b.getI64IntegerAttr(isDynamic ? rope.originalMaxPosition : 0),
      b.getDenseF32ArrayAttr(frequencies.longInverse));
}

Value ModelBuilder::rope(Value input, Value table, int64_t heads) {
  return RopeOp::create(b, input.getType(), input, table, heads,
                        /*interleaved=*/false);
}

Value ModelBuilder::attention(Value q, Value k, Value v) {
  double scalar =
      config.attentionScalar ? config.attentionScalar : config.headDim;
  return AttentionOp::create(b, q.getType(), q, k, v, /*sinks=*/Value(),
                             b.getI64IntegerAttr(config.numAttentionHeads),
                             b.getI64IntegerAttr(config.numKeyValueHeads),
                             b.getF32FloatAttr(1.0 / std::sqrt(scalar)),
                             b.getI64IntegerAttr(config.slidingWindow[layer]),
                             b.getF32FloatAttr(config.attentionSoftCap));
}

Value ModelBuilder::activation(Value input) {
  if (config.hiddenAct == "silu")
    return SiluOp::create(b, input.getType(), input);
  StringRef kind = config.hiddenAct == "gelu" ? "erf" : "tanh";
  return GeluOp::create(b, input.getType(), b.getStringAttr(kind), input);
}

Value ModelBuilder::experts(Value input) {
  Value router = linear(input, "mlp.router");
  Value gate = weight("mlp.experts.gate.weight");
  Value up = weight("mlp.experts.up.weight");
  Value down = weight("mlp.experts.down.weight");
  return MoeOp::create(b, input.getType(), b.getStringAttr(config.hiddenAct),
                       input, router, gate, up, down,
                       b.getI64IntegerAttr(config.numExpertsPerToken));
}

Value ModelBuilder::scale(Value input, float factor) {
  return ScaleOp::create(b, input.getType(), input, b.getF32FloatAttr(factor));
}

Value ModelBuilder::head(Value hidden) {
  if (find("head.weight", -1))
    return linear(hidden, "head");
  return LinearOp::create(b, rows(config.vocabSize), hidden,
                          ValueRange(weight("embed.weight")), ValueRange(),
                          Value(), Value(), Value());
}

Value ModelBuilder::add(Value x, Value y) {
  return arith::AddFOp::create(b, x, y);
}

Value ModelBuilder::mul(Value x, Value y) {
  return arith::MulFOp::create(b, x, y);
}

std::string ModelBuilder::signature(int64_t layer) const {
  std::string prefix = ("layers." + llvm::Twine(layer) + ".").str(), text;
  for (auto it = checkpoint.tensors.lower_bound(prefix);
       it != checkpoint.tensors.end() &&
       StringRef(it->first).starts_with(prefix);
       ++it)
    text += it->first.substr(prefix.size()) + ":" +
            std::string(blockFormat(it->second.type).name) + ";";
  return text;
}

Value ModelBuilder::repeatLayers(
    Value hidden, llvm::function_ref<int64_t(int64_t)> trait,
    llvm::function_ref<Value(Value, int64_t)> body) {
  SmallVector<int64_t> kinds, firsts;
  std::map<std::pair<std::string, int64_t>, int64_t> known;
  for (int64_t i = 0; i < config.numLayers; ++i) {
    auto [it, isNew] =
        known.try_emplace({signature(i), trait(i)}, firsts.size());
    if (isNew)
      firsts.push_back(i);
    kinds.push_back(it->second);
  }
  auto repeat = RepeatOp::create(b, hidden.getType(), hidden,
                                 b.getDenseI64ArrayAttr(kinds), firsts.size());
  for (auto [kind, first] : llvm::enumerate(firsts)) {
    OpBuilder::InsertionGuard guard(b);
    Block *block = b.createBlock(&repeat.getBodies()[kind], {},
                                 {hidden.getType(), b.getIndexType()},
                                 {b.getLoc(), b.getLoc()});
    layer = first;
    layerIndex = block->getArgument(1);
    YieldOp::create(b, body(block->getArgument(0), first));
    layer = -1;
    layerIndex = Value();
  }
  return repeat.getResult();
}
