//===- TileEnds.cpp - What sums of a tile begin and end with --------------===//

#include "passes/cpu/kernels/TileEnds.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace llm;

static TypedAttr numberOf(Value value) {
  Attribute number;
  if (!matchPattern(value, m_Constant(&number)))
    return {};
  return dyn_cast<TypedAttr>(number);
}

/// Whether the op writes one number a row to the contraction's result.
static bool readStart(linalg::GenericOp op, const Contraction &c,
                      TileEnds &ends) {
  Block *body = op.getBody();
  if (body->getOperations().size() != 1 || c.rows.size() > 1 ||
      op.getDpsInits()[0] != c.out->get())
    return false;
  Value yielded = body->getTerminator()->getOperand(0);
  auto argument = dyn_cast<BlockArgument>(yielded);
  bool isInput = argument && argument.getOwner() == body &&
                 argument.getArgNumber() < op.getNumDpsInputs();
  OpOperand *input =
      isInput ? op.getDpsInputOperand(argument.getArgNumber()) : nullptr;
  if (input && isa<MemRefType>(input->get().getType())) {
    AffineMap map = op.getMatchingIndexingMap(input);
    bool isRows = llvm::all_of(map.getResults(), [](AffineExpr expr) {
      return isa<AffineDimExpr>(expr) || expr == 0;
    });
    for (unsigned column : c.columns)
      isRows &= !map.isFunctionOfDim(column);
    if (isRows) {
      ends.rowStart = input;
      ends.rowStartOp = op;
    }
    return isRows;
  }
  ends.start = numberOf(input ? input->get() : yielded);
  return bool(ends.start);
}

/// Whether the op keeps the contraction's result within bounds, a lower one
/// before an upper one.
static bool readBounds(linalg::GenericOp op, const Contraction &c,
                       TileEnds &ends) {
  Block *body = op.getBody();
  TypedAttr least = ends.least, most = ends.most;
  llvm::SmallDenseSet<Value> sums;
  for (OpOperand &operand : op->getOpOperands()) {
    if (operand.get() != c.out->get() ||
        !op.getMatchingIndexingMap(&operand).isIdentity())
      return false;
    sums.insert(op.getMatchingBlockArgument(&operand));
  }
  for (Operation &inner : body->without_terminator()) {
    bool isLeast = isa<arith::MaximumFOp>(inner);
    if (!isLeast && !isa<arith::MinimumFOp>(inner))
      return false;
    unsigned sum = sums.contains(inner.getOperand(0)) ? 0 : 1;
    TypedAttr bound = numberOf(inner.getOperand(1 - sum));
    auto number = dyn_cast_or_null<FloatAttr>(bound);
    if (!sums.contains(inner.getOperand(sum)) || !number ||
        number.getValue().isNaN() || most || (isLeast && least))
      return false;
    (isLeast ? least : most) = bound;
    sums.clear();
    sums.insert(inner.getResult(0));
  }
  if (!sums.contains(body->getTerminator()->getOperand(0)))
    return false;
  ends.least = least;
  ends.most = most;
  return true;
}

TileEnds TileEnds::of(const ContractionGroup &group) {
  TileEnds ends;
  ends.before = group.before;
  ends.after = group.after;
  if (ends.before.size() == 1 &&
      readStart(ends.before.front(), group.contraction, ends))
    ends.before = {};
  while (!ends.after.empty() &&
         readBounds(ends.after.front(), group.contraction, ends))
    ends.after = ends.after.drop_front();
  return ends;
}

static Value bound(ImplicitLocOpBuilder &b, Value limit, Value sum,
                   arith::CmpFPredicate how, arith::CmpIPredicate howInteger) {
  if (isa<VectorType>(sum.getType()))
    limit = vector::BroadcastOp::create(b, sum.getType(), limit);
  Value beyond =
      isa<FloatType>(getElementTypeOrSelf(sum.getType()))
          ? arith::CmpFOp::create(b, how, limit, sum).getResult()
          : arith::CmpIOp::create(b, howInteger, limit, sum).getResult();
  return arith::SelectOp::create(b, beyond, limit, sum);
}

Value llm::boundBelow(ImplicitLocOpBuilder &b, Value limit, Value sum) {
  return bound(b, limit, sum, arith::CmpFPredicate::OGT,
               arith::CmpIPredicate::sgt);
}

Value llm::boundAbove(ImplicitLocOpBuilder &b, Value limit, Value sum) {
  return bound(b, limit, sum, arith::CmpFPredicate::OLT,
               arith::CmpIPredicate::slt);
}
