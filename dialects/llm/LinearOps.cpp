//===- LinearOps.cpp - Verifiers of embedding and linear layers -----------===//

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace llm;

static int64_t columnsOf(Value rows) {
  return cast<RankedTensorType>(rows.getType()).getDimSize(1);
}

LogicalResult EmbeddingOp::verify() {
  if (columnsOf(getResult()) != getTable().getType().getColumns()) // C1
    return emitOpError() << "result has " << columnsOf(getResult())
                         << " columns but the table has "
                         << getTable().getType().getColumns();
  return success();
}

/// Whether scales and sums have a column for each group of `columns`.
static bool fitGroups(int64_t columns, Value scales, Value sums) {
  return columnsOf(scales) == static_cast<int64_t>(llvm::divideCeil(
                                  columns, kActivationGroup)) &&
         columnsOf(sums) ==
             static_cast<int64_t>(llvm::divideCeil(columns, kActivationSums));
}

LogicalResult QuantizeRowsOp::verify() {
  int64_t columns = columnsOf(getInput());
  int64_t groups = llvm::divideCeil(columns, kActivationGroup);
  int64_t sums = llvm::divideCeil(columns, kActivationSums);
  if (columnsOf(getResult()) != columns ||
      !fitGroups(columns, getScales(), getSums())) // C1
    return emitOpError() << "result, scales and sums have "
                         << columnsOf(getResult()) << ", "
                         << columnsOf(getScales()) << " and "
                         << columnsOf(getSums()) << " columns; expected "
                         << columns << ", " << groups << " and " << sums;
  return success();
}

/// Quantized rows mean nothing without their scales.
static LogicalResult verifyScales(Operation *op, Value input, Value scales,
                                  Value sums) {
  bool quantized =
      cast<RankedTensorType>(input.getType()).getElementType().isInteger(8);
  if (quantized != static_cast<bool>(scales) ||
      quantized != static_cast<bool>(sums))
    return op->emitOpError()
           << (quantized ? "an input of i8 needs scales and sums"
                         : "scales and sums go with an input of i8");
  if (quantized && !fitGroups(columnsOf(input), scales, sums))
    return op->emitOpError() << "scales and sums have " << columnsOf(scales)
                             << " and " << columnsOf(sums)
                             << " columns for an input of " << columnsOf(input);
  return success();
}

LogicalResult LinearOp::verify() {
  if (getWeights().empty()) // C1
    return emitOpError() << "needs at least one weight";
  int64_t rows = 0;
  for (auto [i, weight] : llvm::enumerate(getWeights())) {
    auto type = cast<PackedType>(weight.getType());
    if (type.getColumns() != columnsOf(getInput())) // C1
      return emitOpError() << "weight " << i << " has " << type.getColumns()
                           << " columns but the input has "
                           << columnsOf(getInput());
    rows += type.getRows();
  }
  if (rows != columnsOf(getResult())) // C2
    return emitOpError() << "weights have " << rows
                         << " rows together but the result has "
                         << columnsOf(getResult()) << " columns";
  if (getResidual() && columnsOf(getResidual()) != columnsOf(getResult())) // C4
    return emitOpError() << "residual has " << columnsOf(getResidual())
                         << " columns but the result has "
                         << columnsOf(getResult());
  if (failed(verifyScales(*this, getInput(), getScales(), getSums()))) // C5
    return failure();
  if (getBiases().empty())
    return success();
  if (getBiases().size() != getWeights().size()) // C3
    return emitOpError() << "has " << getWeights().size() << " weights but "
                         << getBiases().size() << " biases";
  for (auto [i, bias] : llvm::enumerate(getBiases())) {
    int64_t elements = cast<RankedTensorType>(bias.getType()).getDimSize(0);
    int64_t out = cast<PackedType>(getWeights()[i].getType()).getRows();
    if (elements != out) // C3
      return emitOpError() << "bias " << i << " has " << elements
                           << " elements but its weight has " << out << " rows";
  }
  return success();
}

LogicalResult GatedLinearOp::verify() {
  PackedType gate = getGate().getType(), up = getUp().getType();
  if (gate.getRows() != up.getRows() ||
      up.getRows() != columnsOf(getResult())) // C1
    return emitOpError() << "gate has " << gate.getRows() << " rows, up "
                         << up.getRows() << ", and the result "
                         << columnsOf(getResult()) << " columns";
  if (gate.getColumns() != columnsOf(getInput()) ||
      up.getColumns() != columnsOf(getInput())) // C1
    return emitOpError() << "gate has " << gate.getColumns() << " columns, up "
                         << up.getColumns() << ", and the input "
                         << columnsOf(getInput());
  if (failed(verifyScales(*this, getInput(), getScales(), getSums()))) // C4
    return failure();
  if (!llvm::is_contained(kActivations, getActivation())) // C2
    return emitOpError() << "not supported yet: activation '" << getActivation()
                         << "'; accepted: " << llvm::join(kActivations, ", ");
  if (!getGateBias() != !getUpBias()) // C3
    return emitOpError() << "has one bias; expected none or two";
  for (Value bias : {getGateBias(), getUpBias()}) {
    if (!bias)
      continue;
    int64_t elements = cast<RankedTensorType>(bias.getType()).getDimSize(0);
    if (elements != columnsOf(getResult())) // C3
      return emitOpError() << "a bias has " << elements
                           << " elements but the result has "
                           << columnsOf(getResult()) << " columns";
  }
  return success();
}
