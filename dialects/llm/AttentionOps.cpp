//===- AttentionOps.cpp - Attention and its incremental form --------------===//

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;

static int64_t columnsOf(Value rows) {
  return cast<RankedTensorType>(rows.getType()).getDimSize(1);
}

static int64_t entriesOf(Value vector) {
  return cast<RankedTensorType>(vector.getType()).getDimSize(0);
}

LogicalResult AttentionOp::verify() {
  int64_t query = columnsOf(getQuery()), key = columnsOf(getKey());
  int64_t heads = getHeads(), kvHeads = getKvHeads();
  if (heads < 1 || kvHeads < 1 || query % heads || key % kvHeads) // C1
    return emitOpError() << "query has " << query << " columns for " << heads
                         << " heads, key " << key << " for " << kvHeads;
  if (heads % kvHeads) // C2
    return emitOpError() << heads << " query heads are no multiple of "
                         << kvHeads << " key heads";
  if (query / heads != key / kvHeads) // C3
    return emitOpError() << "a query head has " << query / heads
                         << " columns but a key head has " << key / kvHeads;
  int64_t window = getWindow();
  if (window < 0) // C4
    return emitOpError() << "window must not be negative; found " << window;
  if (getSoftCap().isNegative()) // C4
    return emitOpError() << "soft_cap must not be negative";
  if (Value sinks = getSinks(); sinks && entriesOf(sinks) != heads) // C5
    return emitOpError() << "there are " << entriesOf(sinks) << " sinks for "
                         << heads << " heads";
  return success();
}

Type AttentionOp::getStateType(Type elementType, int64_t pageTokens) {
  return StateType::get(getContext(), getKvHeads(),
                        columnsOf(getKey()) / getKvHeads(), pageTokens,
                        getWindow(), elementType);
}

Value AttentionOp::buildStep(OpBuilder &builder, Value state) {
  KVAppendOp::create(builder, getLoc(), getKey(), getValue(), state);
  return PagedAttentionOp::create(builder, getLoc(), getType(), getQuery(),
                                  state, getSinks(), getHeads(), getScale(),
                                  getSoftCap());
}
