//===- QuantizeWeights.cpp - Round weights of linear layers to integers ---===//
//
// Changes types only: a parameter declares that it is grouped, and the packer
// rounds its source to that when the model is compiled (QuantizeGroup.h there).
// The last product of a model, and an embedding that shares its matrix, feel
// rounding most and are read once a token: they keep 8 bits.
//
//===----------------------------------------------------------------------===//

#include "passes/model/QuantizeWeights.h"

#include "passes/model/Passes.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

std::optional<QuantizationScheme> QuantizationScheme::parse(StringRef text) {
  QuantizationScheme scheme{0, 32, false};
  if (text.consume_front("int8"))
    scheme.bits = 8;
  else if (text.consume_front("int4"))
    scheme.bits = 4;
  else
    return std::nullopt;
  for (int64_t group : {32, 64, 128})
    if (text.consume_front("-g" + std::to_string(group))) {
      scheme.group = group;
      break;
    }
  scheme.asymmetric = text.consume_front("-asym");
  return text.empty() ? std::optional(scheme) : std::nullopt;
}

static GroupedAttr encodingOf(MLIRContext *context,
                              const QuantizationScheme &scheme) {
  int64_t zero = scheme.asymmetric ? 0 : int64_t(1) << (scheme.bits - 1);
  return GroupedAttr::get(context, scheme.bits, scheme.group, zero,
                          scheme.asymmetric, /*super=*/0, /*scaleBits=*/16,
                          /*zeros=*/false);
}

namespace {

/// Who reads a parameter.
struct Readers {
  SmallVector<WeightOp> weights;
  bool layers = false;        ///< linear layers in llm.repeat
  bool head = false;          ///< linear layers elsewhere
  Operation *other = nullptr; ///< neither a linear layer nor an embedding

  void add(WeightOp weight) {
    weights.push_back(weight);
    for (Operation *user : weight->getUsers()) {
      if (isa<LinearOp, GatedLinearOp, MoeOp>(user))
        (user->getParentOfType<RepeatOp>() ? layers : head) = true;
      else if (!isa<EmbeddingOp>(user))
        other = user;
    }
  }
};

struct QuantizeWeights : llm::impl::QuantizeWeightsBase<QuantizeWeights> {
  using QuantizeWeightsBase::QuantizeWeightsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    std::optional<QuantizationScheme> parsed =
        QuantizationScheme::parse(scheme);
    if (!parsed) {
      module.emitError() << "scheme '" << scheme
                         << "'; accepted: " << QuantizationScheme::kAccepted;
      return signalPassFailure();
    }
    GroupedAttr ofLayers = encodingOf(&getContext(), *parsed);
    GroupedAttr ofHead = encodingOf(&getContext(), {8, 32, false});

    llvm::MapVector<Attribute, Readers> readers;
    module.walk(
        [&](WeightOp op) { readers[op.getParameterAttr().getAttr()].add(op); });
    for (ParameterOp op : module.getOps<ParameterOp>()) {
      auto packed = dyn_cast<PackedType>(op.getType());
      const Readers &r = readers[op.getSymNameAttr()];
      if (!packed || !(r.layers || r.head))
        continue;
      if (!isa<DenseAttr>(packed.getEncoding())) {
        op.emitRemark() << "@" << op.getSymName()
                        << " is quantized already and stays as it is";
        continue;
      }
      if (r.other) {
        op.emitRemark() << "@" << op.getSymName() << " stays as it is: '"
                        << r.other->getName() << "' reads it";
        continue;
      }
      auto type =
          PackedType::get(&getContext(), packed.getRows(), packed.getColumns(),
                          r.head ? ofHead : ofLayers);
      op.setType(type);
      for (WeightOp weight : r.weights)
        weight.getResult().setType(type);
    }
  }
};

} // namespace
