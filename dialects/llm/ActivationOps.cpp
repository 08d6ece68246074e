//===- ActivationOps.cpp - Verifiers of activations -----------------------===//

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;

LogicalResult GeluOp::verify() {
  if (getKind() != "erf" && getKind() != "tanh") // C1
    return emitOpError() << "kind is '" << getKind()
                         << "'; accepted: erf, tanh";
  return success();
}

LogicalResult ScaleOp::verify() {
  if (!getFactor().isFinite()) // C1
    return emitOpError() << "factor must be finite; found "
                         << getFactor().convertToDouble();
  return success();
}
