//===- Causality.cpp - Which values of a model depend on which tokens -----===//

#include "passes/analysis/Causality.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm;

/// A slice that takes every row.
static bool takesAllRows(tensor::ExtractSliceOp op) {
  return op.getMixedOffsets().size() == 2 &&
         isConstantIntValue(op.getMixedOffsets()[0], 0) &&
         op.getType().isDynamicDim(0);
}

Causality llm::classify(Operation *op) {
  if (isa<WeightOp, StateOp>(op) || op->hasTrait<OpTrait::ConstantLike>())
    return Causality::PerModel;
  if (isa<PositionsOp>(op))
    return Causality::PerPosition;
  if (isa<IncrementalOpInterface>(op))
    return Causality::Incremental;
  if (isa<EmbeddingOp, LinearOp, GatedLinearOp, MoeOp, RMSNormOp, LayerNormOp,
          RotaryTableOp, RopeOp, SiluOp, ReluOp, GeluOp, ScaleOp, RepeatOp,
          YieldOp, func::ReturnOp, tensor::DimOp>(op) ||
      OpTrait::hasElementwiseMappableTraits(op))
    return Causality::PerToken;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return takesAllRows(slice) ? Causality::PerToken : Causality::Whole;
  return Causality::Whole;
}
