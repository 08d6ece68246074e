//===- MultiplyAdd.cpp - What a sum of products multiplies ----------------===//

#include "passes/analysis/MultiplyAdd.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace llm;

namespace {

/// One side of a product.
struct Factor {
  OpOperand *input = nullptr, *zero = nullptr;
  TypedAttr zeroNumber;
  bool isWidened = false, isUnsigned = false;
};

} // namespace

static OpOperand *inputOf(linalg::GenericOp op, Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  bool isInput = argument && argument.getOwner() == op.getBody() &&
                 argument.getArgNumber() < op.getNumDpsInputs();
  return isInput ? op.getDpsInputOperand(argument.getArgNumber()) : nullptr;
}

/// An input as it is, or a widened byte, maybe without a zero point.
static std::optional<Factor> readFactor(linalg::GenericOp op, Value value) {
  Factor factor;
  if ((factor.input = inputOf(op, value)))
    return factor;
  if (auto difference = value.getDefiningOp<arith::SubIOp>()) {
    Value zero = difference.getRhs();
    factor.zero = inputOf(op, zero);
    if (!factor.zero && !matchPattern(zero, m_Constant(&factor.zeroNumber)))
      return std::nullopt;
    value = difference.getLhs();
  }
  Operation *widened = value.getDefiningOp();
  if (!isa_and_nonnull<arith::ExtSIOp, arith::ExtUIOp>(widened) ||
      !widened->getOperand(0).getType().isInteger(8) ||
      !value.getType().isInteger(32))
    return std::nullopt;
  factor.isWidened = true;
  factor.isUnsigned = isa<arith::ExtUIOp>(widened);
  factor.input = inputOf(op, widened->getOperand(0));
  return factor.input ? std::optional(factor) : std::nullopt;
}

std::optional<MultiplyAdd> MultiplyAdd::match(linalg::GenericOp op) {
  if (op.getNumDpsInputs() < 2 || op.getNumDpsInits() != 1)
    return std::nullopt;
  Block *body = op.getBody();
  Operation *sum = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(sum))
    return std::nullopt;
  Value out = body->getArguments().back();
  unsigned number = sum->getOperand(0) == out ? 1 : 0;
  if (sum->getOperand(1 - number) != out)
    return std::nullopt;
  Operation *product = sum->getOperand(number).getDefiningOp();
  if (!isa_and_nonnull<arith::MulFOp, arith::MulIOp>(product))
    return std::nullopt;
  auto x = readFactor(op, product->getOperand(0)),
       y = readFactor(op, product->getOperand(1));
  if (!x || !y || x->input == y->input || x->isWidened != y->isWidened)
    return std::nullopt;
  auto hasZero = [](const Factor &factor) {
    return factor.zero || factor.zeroNumber;
  };
  if (hasZero(*y))
    std::swap(x, y);
  if (hasZero(*y) || op.getNumDpsInputs() != (x->zero ? 3 : 2))
    return std::nullopt;
  // Of bytes that agree in their signs no level has products.
  if (x->isWidened && x->isUnsigned == y->isUnsigned)
    return std::nullopt;
  return MultiplyAdd{x->input,      y->input, x->isWidened,
                     x->isUnsigned, x->zero,  x->zeroNumber};
}
