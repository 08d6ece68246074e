//===- Contraction.cpp - Sums of products that tiles multiply -------------===//

#include "passes/cpu/kernels/Contraction.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace llm;

bool llm::areContiguous(MemRefType type, unsigned first, unsigned last) {
  if (type.getLayout().isIdentity())
    return true;
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return false;
  for (unsigned i = first; i < last; ++i)
    if (ShapedType::isDynamic(strides[i]) ||
        ShapedType::isDynamic(strides[i + 1]) || type.isDynamicDim(i + 1) ||
        strides[i] != strides[i + 1] * type.getDimSize(i + 1))
      return false;
  return true;
}

bool llm::hasUnitStride(MemRefType type, unsigned dim) {
  SmallVector<int64_t> strides;
  int64_t offset;
  return succeeded(type.getStridesAndOffset(strides, offset)) &&
         strides[dim] == 1;
}

std::optional<int64_t> llm::stepAlong(AffineExpr expr, unsigned loop,
                                      unsigned loops) {
  AffineExpr dim = getAffineDimExpr(loop, expr.getContext());
  auto step = dyn_cast<AffineConstantExpr>(
      simplifyAffineExpr(expr.replace(dim, dim + 1) - expr, loops, 0));
  return step ? std::optional(step.getValue()) : std::nullopt;
}

int64_t Contraction::coefficient(OpOperand &operand, unsigned result,
                                 unsigned loop) const {
  AffineMap map = linalg::GenericOp(op).getMatchingIndexingMap(&operand);
  return *stepAlong(map.getResult(result), loop, map.getNumDims());
}

/// What a small integer was before it was widened for its product.
static Value beforeWidening(Value factor) {
  auto widened = factor.getDefiningOp<arith::ExtSIOp>();
  return widened ? widened.getIn() : factor;
}

/// Whether the region yields out + x * y.
static bool isMultiplyAdd(linalg::GenericOp op) {
  Block *body = op.getBody();
  auto is = [](Operation *op, auto... kinds) {
    return op && (isa<decltype(kinds)>(op) || ...);
  };
  Operation *sum = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!is(sum, arith::AddFOp(), arith::AddIOp()))
    return false;
  Value out = body->getArgument(2);
  unsigned number = sum->getOperand(0) == out ? 1 : 0;
  if (sum->getOperand(1 - number) != out)
    return false;
  Operation *product = sum->getOperand(number).getDefiningOp();
  if (!is(product, arith::MulFOp(), arith::MulIOp()))
    return false;
  Value x = body->getArgument(0), y = body->getArgument(1);
  Value first = beforeWidening(product->getOperand(0)),
        second = beforeWidening(product->getOperand(1));
  return (first == x && second == y) || (first == y && second == x);
}

static bool isLinear(AffineMap map) {
  bool linear = map.getNumSymbols() == 0;
  for (AffineExpr expr : map.getResults())
    expr.walk([&](AffineExpr part) {
      linear &= part.getKind() == AffineExprKind::Add ||
                part.getKind() == AffineExprKind::Mul ||
                part.getKind() == AffineExprKind::DimId ||
                part.getKind() == AffineExprKind::Constant;
    });
  return linear;
}

/// Whether the map's last results are the loops in their order.
static bool endsIn(AffineMap map, ArrayRef<unsigned> loops) {
  if (map.getNumResults() < loops.size())
    return false;
  for (auto [expr, loop] :
       llvm::zip_equal(map.getResults().take_back(loops.size()), loops))
    if (expr != getAffineDimExpr(loop, map.getContext()))
      return false;
  return true;
}

/// (column floordiv 16, sum, column mod 16)
static bool isPanelMap(AffineMap map, unsigned column, unsigned sum) {
  AffineExpr d = getAffineDimExpr(column, map.getContext());
  return map.getNumResults() == 3 && map.getResult(0) == d.floorDiv(kPanel) &&
         map.getResult(1) == getAffineDimExpr(sum, map.getContext()) &&
         map.getResult(2) == d % kPanel;
}

bool Contraction::columnsAreOneRun() const {
  AffineMap map = linalg::GenericOp(op).getMatchingIndexingMap(rhs);
  auto type = cast<MemRefType>(rhs->get().getType());
  unsigned results = map.getNumResults();
  return columns.size() == 1 ||
         (endsIn(map, columns) &&
          areContiguous(type, results - columns.size(), results - 1));
}

std::optional<Contraction> Contraction::match(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      !isMultiplyAdd(op))
    return std::nullopt;
  Contraction c{op,
                &op->getOpOperand(0),
                &op->getOpOperand(1),
                &op->getOpOperand(2),
                {},
                {},
                {},
                {}};
  Type element = c.elementType();
  if (!element.isF32() && !element.isF64() && !element.isInteger(32))
    return std::nullopt;
  SmallVector<MemRefType> types;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type)
      return std::nullopt;
    types.push_back(type);
  }
  Type factor = c.factorType();
  if (types[0].getElementType() != types[1].getElementType() ||
      (factor != element && !(element.isInteger(32) && factor.isInteger(16))))
    return std::nullopt;

  AffineMap outMap = op.getMatchingIndexingMap(c.out);
  unsigned rank = outMap.getNumResults();
  if (outMap !=
      AffineMap::getMultiDimIdentityMap(op.getNumLoops(), op.getContext())
          .getMajorSubMap(rank))
    return std::nullopt;
  for (auto [i, kind] : llvm::enumerate(op.getIteratorTypesArray())) {
    if ((kind == utils::IteratorType::parallel) != (i < rank))
      return std::nullopt;
    if (i >= rank)
      c.sums.push_back(i);
  }
  if (rank == 0 || c.sums.empty())
    return std::nullopt;
  auto runsAlong = [&](OpOperand *operand, unsigned loop) {
    return op.getMatchingIndexingMap(operand).isFunctionOfDim(loop);
  };
  if (runsAlong(c.lhs, rank - 1))
    std::swap(c.lhs, c.rhs);
  unsigned next = rank;
  while (next > 0 && runsAlong(c.rhs, next - 1) && !runsAlong(c.lhs, next - 1))
    c.columns.insert(c.columns.begin(), --next);
  while (next > 0 && runsAlong(c.lhs, next - 1) && !runsAlong(c.rhs, next - 1))
    c.rows.insert(c.rows.begin(), --next);
  while (next > 0)
    c.outer.insert(c.outer.begin(), --next);
  for (unsigned sum : c.sums)
    if (!runsAlong(c.lhs, sum) || !runsAlong(c.rhs, sum))
      return std::nullopt;

  auto lhsType = cast<MemRefType>(c.lhs->get().getType()),
       outType = cast<MemRefType>(c.out->get().getType());
  AffineMap lhsMap = op.getMatchingIndexingMap(c.lhs),
            rhsMap = op.getMatchingIndexingMap(c.rhs);
  if (c.columns.empty() || !isLinear(lhsMap))
    return std::nullopt;
  // Several rows are counted as one loop.
  SmallVector<unsigned> inner = c.sums;
  if (c.rows.size() > 1)
    inner.insert(inner.begin(), c.rows.begin(), c.rows.end());
  unsigned last = lhsMap.getNumResults() - 1;
  if (!endsIn(lhsMap, inner) || !hasUnitStride(lhsType, last) ||
      !areContiguous(lhsType, last + 1 - inner.size(), last))
    return std::nullopt;
  if (!hasUnitStride(outType, rank - 1) ||
      !areContiguous(outType, rank - c.columns.size(), rank - 1) ||
      (c.rows.size() > 1 && !areContiguous(outType, c.outer.size(), rank - 1)))
    return std::nullopt;
  c.hasPanels = c.columns.size() == 1 && c.sums.size() == 1 &&
                isPanelMap(rhsMap, c.columns[0], c.sums[0]);
  if (!c.hasPanels && !isLinear(rhsMap))
    return std::nullopt;
  return c;
}
