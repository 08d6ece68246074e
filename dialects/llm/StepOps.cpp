//===- StepOps.cpp - Verifiers of steps, phases and tiles -----------------===//

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;

LogicalResult StepOp::verify() {
  Block &block = getBody().front();
  if (block.getNumArguments() != getArguments().size()) // C1
    return emitOpError() << "has " << block.getNumArguments()
                         << " arguments but " << getArguments().size()
                         << " names for them";
  auto yield = dyn_cast<YieldOp>(block.back());
  if (!yield || yield.getValues().size() != getOutputs().size()) // C1
    return emitOpError() << "must yield " << getOutputs().size()
                         << " named outputs";
  ArrayRef<int64_t> rows = getRows();
  if (rows.size() != 2 || rows[0] < 1 || rows[1] < rows[0]) // C2
    return emitOpError() << "rows must be [first, last], 1 <= first <= last";
  return success();
}

LogicalResult PhaseOp::verify() {
  size_t operands = getInputs().size() + getNumResults();
  if (getAccesses().size() != operands) // C1
    return emitOpError() << "has " << operands << " inputs and results but "
                         << getAccesses().size() << " accesses";
  if (getReuses().size() != getNumResults())
    return emitOpError() << "has " << getNumResults() << " results but "
                         << getReuses().size() << " entries of reuses";
  for (int64_t reuse : getReuses())
    if (reuse < -1 || reuse >= static_cast<int64_t>(getInputs().size())) // C3
      return emitOpError() << "reuses names input " << reuse << " of "
                           << getInputs().size();
  size_t arguments = getTileRank() + operands + getScratch().size();
  if (getBody().front().getNumArguments() != arguments) // C2
    return emitOpError() << "region has "
                         << getBody().front().getNumArguments()
                         << " arguments; expected " << arguments;
  return success();
}

LogicalResult LinearTileOp::verify() {
  size_t weights = getWeights().size();
  if (weights == 0 || getPanels().size() != weights ||
      getTypes().size() != weights || getNumResults() != weights) // C1
    return emitOpError() << "has " << weights << " weights, "
                         << getPanels().size() << " panels, "
                         << getTypes().size() << " types and "
                         << getNumResults() << " results";
  int64_t columns = -1;
  for (auto [i, attr] : llvm::enumerate(getTypes())) {
    auto type = dyn_cast<PackedType>(cast<TypeAttr>(attr).getValue());
    auto result = cast<VectorType>(getResult(i).getType());
    if (!type || result.getDimSize(1) != kPanel)
      return emitOpError() << "result " << i << " must have " << kPanel
                           << " columns and a packed type";
    if (columns >= 0 && columns != type.getColumns()) // C2
      return emitOpError() << "weights have " << columns << " and "
                           << type.getColumns() << " columns";
    columns = type.getColumns();
  }
  return success();
}
