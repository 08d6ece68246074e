//===- NormOps.cpp - Verifiers of normalisation ---------------------------===//

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;

static LogicalResult verifyNorm(Operation *op, Value input, Value scale,
                                Value result, int64_t groups, double epsilon) {
  int64_t columns = cast<RankedTensorType>(input.getType()).getDimSize(1);
  int64_t results = cast<RankedTensorType>(result.getType()).getDimSize(1);
  int64_t scales = cast<RankedTensorType>(scale.getType()).getDimSize(0);
  if (columns != results || groups < 1 || columns % groups) // C3
    return op->emitOpError() << "input has " << columns << " columns, result "
                             << results << ", in " << groups << " groups";
  if (scales != columns / groups) // C1
    return op->emitOpError()
           << "scale has " << scales << " elements but a group has "
           << columns / groups << " columns";
  if (!(epsilon >= 0)) // C2
    return op->emitOpError()
           << "epsilon must not be negative; found " << epsilon;
  return success();
}

LogicalResult RMSNormOp::verify() {
  return verifyNorm(*this, getInput(), getScale(), getResult(), getGroups(),
                    getEpsilon().convertToDouble());
}

LogicalResult LayerNormOp::verify() {
  return verifyNorm(*this, getInput(), getScale(), getResult(), 1,
                    getEpsilon().convertToDouble());
}
