//===- WeightKind.cpp - What weights can be multiplied in -----------------===//

#include "passes/analysis/WeightKind.h"

using namespace mlir;
using namespace llm;

WeightKind llm::weightKind(Type packed) {
  Attribute encoding = cast<PackedType>(packed).getEncoding();
  if (isa<GroupedAttr>(encoding))
    return WeightKind::Integers;
  auto dense = dyn_cast<DenseAttr>(encoding);
  return dense && dense.getElementType().isBF16() ? WeightKind::Halves
                                                  : WeightKind::Floats;
}

WeightKind llm::weightKind(ValueRange weights) {
  WeightKind kind = weightKind(weights.front().getType());
  for (Value weight : weights)
    if (weightKind(weight.getType()) != kind)
      return WeightKind::Floats;
  return kind;
}

ValueRange llm::multipliedWeights(Operation *op) {
  if (auto linear = dyn_cast<LinearOp>(op))
    return linear.getWeights();
  if (auto gated = dyn_cast<GatedLinearOp>(op))
    return gated->getOperands().slice(1, 2); // gate and up
  return {};
}

bool llm::multiplies(ModuleOp module, WeightKind kind) {
  return module
      .walk([&](Operation *op) {
        ValueRange weights = multipliedWeights(op);
        return !weights.empty() && weightKind(weights) == kind
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}
