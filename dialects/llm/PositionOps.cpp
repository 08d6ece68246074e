//===- PositionOps.cpp - Verifiers of rotary embedding --------------------===//

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;

static int64_t columnsOf(Value rows) {
  return cast<RankedTensorType>(rows.getType()).getDimSize(1);
}

LogicalResult RotaryTableOp::verify() {
  int64_t frequencies = getInverseFrequencies().size();
  if (columnsOf(getResult()) != 2 * frequencies) // C1
    return emitOpError() << "result has " << columnsOf(getResult())
                         << " columns but there are " << frequencies
                         << " frequencies";
  int64_t longer = getLongFrequencies().size();
  if (longer && (longer != frequencies || getDynamicMaximum() <= 0)) // C2
    return emitOpError() << "there are " << longer << " long frequencies for "
                         << frequencies << ", from a context of "
                         << getDynamicMaximum() << " on";
  return success();
}

LogicalResult RopeOp::verify() {
  int64_t columns = columnsOf(getInput()), heads = getHeads();
  if (heads < 1 || columns % heads) // C1
    return emitOpError() << "input has " << columns
                         << " columns, no multiple of " << heads << " heads";
  int64_t rotated = columnsOf(getTable());
  if (rotated % 2 || rotated > columns / heads) // C2
    return emitOpError() << "table has " << rotated
                         << " columns; expected an even number of at most "
                         << columns / heads;
  return success();
}
