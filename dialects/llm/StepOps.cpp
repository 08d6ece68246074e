//===- StepOps.cpp - Verifiers of steps, phases and tiles -----------------===//

#include "dialects/llm/LLMDialect.h"
#include "runtime/lib/ObjectFormat.h"

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
  if (getTiles().getNumDims() || getTileRank() == 0 ||
      getTiles().getNumSymbols() !=
          static_cast<unsigned>(llmrt::DimSymbol::Count)) // C4
    return emitOpError() << "tiles must be extents of 5 symbols; found "
                         << getTilesAttr();
  for (auto [i, attr] : llvm::enumerate(getAccesses())) {
    auto access = dyn_cast<AccessAttr>(attr);
    if (!access || access.getMap().getNumDims() != getTileRank()) // C1
      return emitOpError() << "access " << i << " must be of " << getTileRank()
                           << " tile indices; found " << attr;
  }
  if (getReuses().size() != getNumResults()) // C3
    return emitOpError() << "has " << getNumResults() << " results but "
                         << getReuses().size() << " entries of reuses";
  for (int64_t reuse : getReuses())
    if (reuse < -1 || reuse >= static_cast<int64_t>(getInputs().size())) // C3
      return emitOpError() << "reuses names input " << reuse << " of "
                           << getInputs().size();
  size_t arguments = getTileRank() + operands + getScratch().size();
  if (getBody().front().getNumArguments() != arguments) // C2
    return emitOpError() << "region has " << getBody().front().getNumArguments()
                         << " arguments; expected " << arguments;
  for (unsigned i = 0; i < getTileRank(); ++i)
    if (!getTileIndex(i).getType().isIndex()) // C2
      return emitOpError() << "tile index " << i << " has type "
                           << getTileIndex(i).getType();
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
  int64_t rows = cast<VectorType>(getResult(0).getType()).getDimSize(0);
  for (auto [i, attr] : llvm::enumerate(getTypes())) {
    auto type = dyn_cast<PackedType>(cast<TypeAttr>(attr).getValue());
    auto result = cast<VectorType>(getResult(i).getType());
    if (result !=
        VectorType::get({rows, kPanel}, result.getElementType())) // C3
      return emitOpError() << "result " << i << " must have " << rows
                           << " rows of " << kPanel << "; found " << result;
    Type weight = getWeights()[i].getType();
    if (!type || (isa<PackedType>(weight) && weight != type)) // C4
      return emitOpError() << "type " << i << " must be that of weight " << i
                           << "; found " << attr;
    if (columns >= 0 && columns != type.getColumns()) // C2
      return emitOpError() << "weights have " << columns << " and "
                           << type.getColumns() << " columns";
    columns = type.getColumns();
  }
  bool quantized = getInput().getType().getElementType().isInteger(8);
  if (quantized != static_cast<bool>(getScales()) ||
      quantized != static_cast<bool>(getSums())) // C5
    return emitOpError() << (quantized ? "rows of i8 need scales and sums"
                                       : "scales and sums go with rows of i8");
  return success();
}

LogicalResult WeightElementOp::verify() {
  Type weight = getWeight().getType();
  if (isa<PackedType>(weight) && weight != getType()) // C1
    return emitOpError() << "weight is a " << weight << " but type says "
                         << getType();
  return success();
}

/// Checks that `result` is a buffer of rows x columns of the state's numbers.
static LogicalResult verifyPage(Operation *op, Type result, StateType state,
                                int64_t rows, int64_t columns) {
  Type expected = MemRefType::get({rows, columns}, state.getElementType());
  if (result != expected) // C1
    return op->emitOpError()
           << "result is a " << result << "; expected " << expected;
  return success();
}

LogicalResult KeysOp::verify() {
  StateType state = getState().getType();
  return verifyPage(*this, getType(), state, paddedColumns(state.getHeadDim()),
                    state.getPage());
}

LogicalResult ValuesOp::verify() {
  StateType state = getState().getType();
  return verifyPage(*this, getType(), state, state.getPage(),
                    paddedColumns(state.getHeadDim()));
}

LogicalResult ContextBufferOp::verify() {
  if (!llvm::is_contained({"arena", "weights", "scratch", "argument", "state"},
                          getSource())) // C1
    return emitOpError() << "source is arena, weights, scratch, argument or "
                            "state; found '"
                         << getSource() << "'";
  auto type = cast<MemRefType>(getType());
  if (static_cast<size_t>(type.getNumDynamicDims()) != getSizes().size()) // C2
    return emitOpError() << "has " << getSizes().size() << " sizes for "
                         << type.getNumDynamicDims() << " dynamic dimensions";
  return success();
}

LogicalResult ContextDimOp::verify() {
  int64_t count = static_cast<int64_t>(llmrt::DimSymbol::Count);
  int64_t symbol = getSymbol();
  if (symbol < 0 || symbol >= count) // C1
    return emitOpError() << "symbol " << symbol << " is not 0 to " << count - 1;
  return success();
}

LogicalResult ScalesOp::verify() {
  StateType state = getState().getType();
  if (!state.getElementType().isInteger(8) ||
      (getWhich() != "keys" && getWhich() != "values")) // C1
    return emitOpError() << "expected \"keys\" or \"values\" of a state of i8; "
                            "found '"
                         << getWhich() << "' of " << state;
  return success();
}
