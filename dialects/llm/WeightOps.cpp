//===- WeightOps.cpp - Verifiers of parameters ----------------------------===//

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;

LogicalResult ParameterOp::verify() {
  if (llvm::all_of(getSources().getAsValueRange<StringAttr>(),
                   [](StringRef name) { return name.empty(); })) // C1
    return emitOpError() << "names no source";
  auto tensor = dyn_cast<RankedTensorType>(getType());
  if (!isa<PackedType>(getType()) && !(tensor && tensor.hasStaticShape() &&
                                       isa<IntegerType, FloatType, ComplexType>(
                                           tensor.getElementType()))) // C2
    return emitOpError()
           << "is a packed matrix or a tensor of known shape and of numbers; "
              "found "
           << getType();
  return success();
}

LogicalResult WeightOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto parameter =
      symbols.lookupNearestSymbolFrom<ParameterOp>(*this, getParameterAttr());
  if (!parameter) // C1
    return emitOpError() << "no llm.parameter is named @" << getParameter();
  if (parameter.getType() != getResult().getType()) // C1
    return emitOpError() << "@" << getParameter() << " is a "
                         << parameter.getType() << " but the result is a "
                         << getResult().getType();
  if (!getLayer() && parameter.getSources().size() > 1) // C2
    return emitOpError() << "@" << getParameter() << " has "
                         << parameter.getSources().size()
                         << " entries; a layer index is needed";
  if (!getLayer())
    return success();
  auto index = dyn_cast<BlockArgument>(getLayer());
  auto repeat =
      index ? dyn_cast<RepeatOp>(index.getOwner()->getParentOp()) : RepeatOp();
  if (!repeat) // C3
    return emitOpError() << "the layer must be the index of an llm.repeat";
  if (repeat.getKinds().size() != parameter.getSources().size()) // C3
    return emitOpError() << "@" << getParameter() << " has "
                         << parameter.getSources().size()
                         << " entries but there are "
                         << repeat.getKinds().size() << " layers";
  return success();
}
