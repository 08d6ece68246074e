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
  bool isPart = static_cast<int64_t>(getFirst()) != 0 || getTransposed();
  if (static_cast<int64_t>(getFirst()) < 0 ||
      (isPart && !isa<PackedType>(getType()))) // C3
    return emitOpError()
           << "is a part of its source that begins at element "
           << static_cast<int64_t>(getFirst())
           << "; accepted: parts of packed matrices, from element "
              "0 on";
  return success();
}

LogicalResult PanelsOp::verify() {
  auto matrix = cast<PackedType>(getMatrix().getType());
  auto dense = dyn_cast<DenseAttr>(matrix.getEncoding());
  Type element = dense ? dense.getElementType() : Type();
  if (!element || !(element.isF32() || element.isInteger(8))) // C1
    return emitOpError() << "reads panels of f32 or i8; found " << matrix;
  SmallVector<int64_t> shape = {matrix.getPanels(), matrix.getColumns(),
                                kPanel};
  if (element.isInteger(8))
    shape = {matrix.getPanels(), (matrix.getColumns() + 3) / 4, kPanel, 4};
  auto wanted = RankedTensorType::get(shape, element);
  if (getResult().getType() != wanted) // C2
    return emitOpError() << "gives a " << wanted << "; found "
                         << getResult().getType();
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
