//===- PagedOps.cpp - Verifiers of states and paged attention -------------===//

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;

static int64_t columnsOf(Value rows) {
  return cast<RankedTensorType>(rows.getType()).getDimSize(1);
}

LogicalResult StateGroupOp::verify() {
  ArrayRef<int64_t> layers = getLayers();
  if (layers.empty() || layers.front() < 0 ||
      !std::is_sorted(layers.begin(), layers.end(),
                      [](int64_t a, int64_t b) { return a <= b; })) // C1
    return emitOpError() << "layers must ascend from 0 or more, and name "
                            "at least one";
  return success();
}

LogicalResult StateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto group =
      symbols.lookupNearestSymbolFrom<StateGroupOp>(*this, getGroupAttr());
  if (!group) // C1
    return emitOpError() << "no llm.state_group is named @" << getGroup();
  if (group.getType() != getType()) // C1
    return emitOpError() << "@" << getGroup() << " is a " << group.getType()
                         << " but the result is a " << getType();
  auto index = dyn_cast<BlockArgument>(getLayer());
  auto repeat =
      index ? dyn_cast<RepeatOp>(index.getOwner()->getParentOp()) : RepeatOp();
  if (!repeat) // C2
    return emitOpError() << "the layer must be the index of an llm.repeat";
  int64_t layers = repeat.getKinds().size();
  if (group.getLayers().back() >= layers) // C2
    return emitOpError() << "@" << getGroup() << " has layer "
                         << group.getLayers().back() << " but there are "
                         << layers;
  return success();
}

LogicalResult KVAppendOp::verify() {
  StateType state = getState().getType();
  if (columnsOf(getKey()) != state.getHeads() * state.getHeadDim()) // C1
    return emitOpError() << "keys have " << columnsOf(getKey())
                         << " columns but the state has " << state.getHeads()
                         << " heads of " << state.getHeadDim();
  return success();
}

LogicalResult PagedAttentionOp::verify() {
  StateType state = getState().getType();
  int64_t heads = getHeads();
  if (columnsOf(getQuery()) != heads * state.getHeadDim()) // C1
    return emitOpError() << "query has " << columnsOf(getQuery())
                         << " columns; expected " << heads << " heads of "
                         << state.getHeadDim();
  if (heads < 1 || heads % state.getHeads()) // C2
    return emitOpError() << heads << " query heads are no positive multiple of "
                         << state.getHeads() << " key heads";
  if (Value sinks = getSinks()) { // C3
    int64_t count = cast<RankedTensorType>(sinks.getType()).getDimSize(0);
    if (count != heads)
      return emitOpError() << "there are " << count << " sinks for " << heads
                           << " heads";
  }
  return success();
}
