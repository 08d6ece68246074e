//===- NarrowWeights.cpp - Store matrices of floats in fewer bits ---------===//

#include "passes/model/Passes.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_NARROWWEIGHTS
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

struct NarrowWeights : llm::impl::NarrowWeightsBase<NarrowWeights> {
  using NarrowWeightsBase::NarrowWeightsBase;

  void runOnOperation() override {
    Builder b(&getContext());
    Type type = element == "bf16"  ? Type(b.getBF16Type())
                : element == "f16" ? Type(b.getF16Type())
                                   : Type();
    if (!type) {
      getOperation().emitError()
          << "weights of '" << element << "'; accepted: bf16, f16";
      return signalPassFailure();
    }
    auto narrowed = [&](Type old) -> Type {
      auto packed = dyn_cast<PackedType>(old);
      if (!packed || !isa<DenseAttr>(packed.getEncoding()))
        return old;
      return PackedType::get(b.getContext(), packed.getRows(),
                             packed.getColumns(),
                             DenseAttr::get(b.getContext(), type));
    };
    getOperation()->walk([&](Operation *op) {
      if (auto parameter = dyn_cast<ParameterOp>(op))
        parameter.setType(narrowed(parameter.getType()));
      else if (auto weight = dyn_cast<WeightOp>(op))
        weight.getResult().setType(narrowed(weight.getResult().getType()));
    });
  }
};

} // namespace
