//===- Contraction.cpp - Sums of products that tiles multiply -------------===//

#include "passes/cpu/kernels/Contraction.h"

#include "dialects/llm/LLMDialect.h"
#include "passes/analysis/MultiplyAdd.h"

using namespace mlir;
using namespace llm;

/// Whether a view takes the whole of dimensions (first, last] of its source.
static bool takesAll(memref::SubViewOp view, unsigned first, unsigned last) {
  auto source = view.getSource().getDefiningOp<memref::AllocOp>();
  if (!source || view.getSourceType().getRank() != view.getType().getRank() ||
      !isConstantIntValue(view.getMixedStrides()[first], 1))
    return false;
  SmallVector<OpFoldResult> sizes = source.getMixedSizes();
  for (unsigned i = first + 1; i <= last; ++i)
    if (!isConstantIntValue(view.getMixedOffsets()[i], 0) ||
        !isConstantIntValue(view.getMixedStrides()[i], 1) ||
        !isEqualConstantIntOrValue(view.getMixedSizes()[i], sizes[i]))
      return false;
  return source.getType().getLayout().isIdentity();
}

bool llm::areContiguous(Value buffer, unsigned first, unsigned last) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getLayout().isIdentity())
    return true;
  // A type does not say it of sizes that only the run knows.
  if (auto view = buffer.getDefiningOp<memref::SubViewOp>();
      view && takesAll(view, first, last))
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

/// (column floordiv 16, sum, column mod 16), or of bytes (column floordiv 16,
/// sum floordiv 4, column mod 16, sum mod 4)
static bool isPanelMap(AffineMap map, unsigned column, unsigned sum,
                       bool areBytes) {
  AffineExpr c = getAffineDimExpr(column, map.getContext()),
             s = getAffineDimExpr(sum, map.getContext());
  SmallVector<AffineExpr> panels = {c.floorDiv(kPanel), s, c % kPanel};
  if (areBytes)
    panels = {c.floorDiv(kPanel), s.floorDiv(4), c % kPanel, s % 4};
  return map.getResults() == ArrayRef(panels);
}

bool Contraction::columnsAreOneRun() const {
  AffineMap map = linalg::GenericOp(op).getMatchingIndexingMap(rhs);
  unsigned results = map.getNumResults();
  return columns.size() == 1 ||
         (endsIn(map, columns) &&
          areContiguous(rhs->get(), results - columns.size(), results - 1));
}

bool Contraction::rhsHasRows() const {
  if (hasPanels || sums.size() > 1 || !columnsAreOneRun())
    return false;
  AffineMap map = linalg::GenericOp(op).getMatchingIndexingMap(rhs);
  unsigned last = map.getNumResults() - 1;
  return map.getResult(last) ==
             getAffineDimExpr(columns.back(), map.getContext()) &&
         hasUnitStride(cast<MemRefType>(rhs->get().getType()), last);
}

/// A window of more elements is summed up like other products.
constexpr int64_t kMostWindow = 64;

bool Contraction::areWindows() const {
  if (hasPanels || areBytes() || !rows.empty())
    return false;
  int64_t window = 1;
  for (int64_t size : cast<MemRefType>(lhs->get().getType())
                          .getShape()
                          .take_back(sums.size())) {
    if (ShapedType::isDynamic(size) || size > kMostWindow)
      return false;
    window *= size;
  }
  AffineMap map = linalg::GenericOp(op).getMatchingIndexingMap(rhs);
  unsigned last = map.getNumResults() - 1;
  auto moves = [&](unsigned result, unsigned loop) {
    return map.getResult(result).isFunctionOfDim(loop);
  };
  for (unsigned loop : columns)
    for (unsigned result = 0; result <= last; ++result)
      if (moves(result, loop) && (loop == columns.back()) != (result == last))
        return false;
  for (unsigned sum : sums)
    for (unsigned result = 0; result <= last; ++result)
      if (moves(result, sum) && llvm::none_of(columns, [&](unsigned loop) {
            return moves(result, loop);
          }))
        return false;
  int64_t apart = coefficient(*rhs, last, columns.back());
  return window > 0 && window <= kMostWindow && (apart == 1 || apart == 2) &&
         hasUnitStride(cast<MemRefType>(rhs->get().getType()), last);
}

std::optional<Contraction> Contraction::match(linalg::GenericOp op) {
  auto product = MultiplyAdd::match(op);
  if (!product)
    return std::nullopt;
  Contraction c;
  c.op = op;
  c.lhs = product->x;
  c.rhs = product->y;
  c.out = op.getDpsInitOperand(0);
  c.zero = product->zero;
  c.zeroNumber = product->zeroNumber;
  c.lhsUnsigned = product->xUnsigned;
  Type element = c.elementType();
  if (!element.isF32() && !element.isF64() && !element.isInteger(32))
    return std::nullopt;
  if (!llvm::all_of(op->getOperandTypes(), llvm::IsaPred<MemRefType>))
    return std::nullopt;
  if (!product->areBytes && c.factorType() != element)
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
  if (runsAlong(c.lhs, rank - 1)) {
    std::swap(c.lhs, c.rhs);
    c.lhsUnsigned = product->areBytes && !c.lhsUnsigned;
    if (c.hasZero())
      return std::nullopt;
  }
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

  if (c.zero) {
    AffineMap map = op.getMatchingIndexingMap(c.zero);
    for (AffineExpr expr : map.getResults())
      if (!isa<AffineDimExpr>(expr) && expr != 0)
        return std::nullopt;
    for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
      if (map.isFunctionOfDim(loop) && !llvm::is_contained(c.outer, loop) &&
          c.rows != ArrayRef(loop))
        return std::nullopt;
  }
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
      !areContiguous(c.lhs->get(), last + 1 - inner.size(), last))
    return std::nullopt;
  if (!hasUnitStride(outType, rank - 1) ||
      !areContiguous(c.out->get(), rank - c.columns.size(), rank - 1) ||
      (c.rows.size() > 1 &&
       !areContiguous(c.out->get(), c.outer.size(), rank - 1)))
    return std::nullopt;
  c.hasPanels = c.columns.size() == 1 && c.sums.size() == 1 &&
                isPanelMap(rhsMap, c.columns[0], c.sums[0], product->areBytes);
  if (!c.hasPanels && !isLinear(rhsMap))
    return std::nullopt;
  return c;
}
