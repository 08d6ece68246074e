//===- ControlOps.cpp - Verifiers of layers that repeat -------------------===//

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;

LogicalResult RepeatOp::verify() {
  for (int64_t kind : getKinds())
    if (kind < 0 || kind >= static_cast<int64_t>(getBodies().size())) // C1
      return emitOpError() << "kind " << kind << " has no region; there are "
                           << getBodies().size();
  for (Region &body : getBodies()) {
    Block &block = body.front();
    auto yield = dyn_cast<YieldOp>(block.back());
    if (block.getNumArguments() != 2 ||
        block.getArgument(0).getType() != getInput().getType() ||
        !block.getArgument(1).getType().isIndex() || !yield ||
        yield.getValues().getTypes() != TypeRange(getInput().getType())) // C2
      return emitOpError() << "region " << body.getRegionNumber()
                           << " must take (" << getInput().getType()
                           << ", index) and yield " << getInput().getType();
  }
  return success();
}
