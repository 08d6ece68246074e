//===- GraphOps.cpp - General graphs at run time --------------------------===//

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace llm;

OpFoldResult CheckIndexOp::fold(FoldAdaptor) {
  std::optional<int64_t> index = getConstantIntValue(getIndex());
  std::optional<int64_t> size = getConstantIntValue(getSize());
  if (index && size && *index >= 0 && *index < *size)
    return getIndex();
  return {};
}
