//===- PackGraphWeights.cpp - Weights of a graph's products, as panels ----===//
//
// The weight is followed through what only moves its elements (slices,
// transposes, reshapes, casts): where those leave rows or columns that lie as a
// matrix does in the file, the packer reads that matrix when the model is
// compiled and nothing of it is done at run time.
//
//===----------------------------------------------------------------------===//

#include "dialects/llm/LLMDialect.h"
#include "passes/analysis/MultiplyAdd.h"
#include "passes/model/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_PACKGRAPHWEIGHTS
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// A tensor whose elements are some of a weight's, evenly apart.
struct WeightView {
  WeightOp weight;
  int64_t first = 0;
  SmallVector<int64_t> shape, strides;
};

SmallVector<int64_t> denseStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

/// Drops dimensions of one element.
WeightView squeezed(const WeightView &view) {
  WeightView result{view.weight, view.first, {}, {}};
  for (auto [size, stride] : llvm::zip_equal(view.shape, view.strides))
    if (size != 1) {
      result.shape.push_back(size);
      result.strides.push_back(stride);
    }
  return result;
}

/// The view with other dimensions of one element; nullopt if more differs.
std::optional<WeightView> reshaped(const WeightView &view,
                                   ArrayRef<int64_t> shape) {
  WeightView inner = squeezed(view), result{view.weight, view.first, {}, {}};
  if (denseStrides(inner.shape) == inner.strides) {
    result.shape.assign(shape.begin(), shape.end());
    result.strides = denseStrides(shape);
    return result;
  }
  size_t next = 0;
  for (int64_t size : shape) {
    result.shape.push_back(size);
    if (size == 1) {
      result.strides.push_back(1);
      continue;
    }
    if (next == inner.shape.size() || inner.shape[next] != size)
      return std::nullopt;
    result.strides.push_back(inner.strides[next++]);
  }
  return result;
}

/// Whether the op moves elements or widens them, and does nothing else.
bool onlyMoves(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() != 0)
    return false;
  Value result = op.getBody()->getTerminator()->getOperand(0);
  if (auto widened = result.getDefiningOp<arith::ExtFOp>())
    result = widened.getIn();
  return result == op.getBody()->getArgument(0);
}

std::optional<WeightView> findWeight(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  Operation *op = value.getDefiningOp();
  if (!op || !type || !type.hasStaticShape())
    return std::nullopt;
  if (auto weight = dyn_cast<WeightOp>(op)) {
    SmallVector<int64_t> shape(type.getShape());
    return WeightView{weight, 0, shape, denseStrides(shape)};
  }
  if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    if (!onlyMoves(generic))
      return std::nullopt;
    AffineMap in = generic.getIndexingMapsArray()[0],
              out = generic.getIndexingMapsArray()[1];
    auto from = findWeight(generic.getInputs()[0]);
    if (!from || !in.isPermutation() || !out.isPermutation())
      return std::nullopt;
    WeightView to{from->weight, from->first,
                  SmallVector<int64_t>(type.getShape()),
                  SmallVector<int64_t>(type.getRank())};
    for (auto [i, expr] : llvm::enumerate(out.getResults()))
      to.strides[i] = from->strides[*in.getResultPosition(expr)];
    return to;
  }
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    auto from = findWeight(slice.getSource());
    if (!from ||
        !llvm::all_of(slice.getStaticStrides(),
                      [](int64_t step) { return step == 1; }) ||
        llvm::any_of(slice.getStaticOffsets(), ShapedType::isDynamic))
      return std::nullopt;
    for (auto [offset, stride] :
         llvm::zip_equal(slice.getStaticOffsets(), from->strides))
      from->first += offset * stride;
    from->shape.assign(slice.getStaticSizes().begin(),
                       slice.getStaticSizes().end());
    WeightView part{from->weight, from->first, {}, {}};
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    for (size_t i = 0; i < from->shape.size(); ++i)
      if (!dropped.test(i)) {
        part.shape.push_back(from->shape[i]);
        part.strides.push_back(from->strides[i]);
      }
    return part;
  }
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::ReshapeOp>(
          op))
    if (auto from = findWeight(op->getOperand(0)))
      return reshaped(*from, type.getShape());
  return std::nullopt;
}

/// A product's weight that its result's last dimension runs along.
struct Columns {
  WeightView view;
  unsigned operand, column, sum; ///< of the op; loops
  int64_t rows, columns;         ///< of the packed matrix
  bool transposed;
};

std::optional<Columns> findColumns(linalg::GenericOp op) {
  auto product = MultiplyAdd::match(op);
  if (!product || op.getNumReductionLoops() != 1)
    return std::nullopt;
  AffineMap out = op.getIndexingMapsArray().back();
  auto last = dyn_cast<AffineDimExpr>(out.getResults().back());
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  if (!last)
    return std::nullopt;
  Columns c;
  c.column = last.getPosition();
  c.sum = reductions[0];
  for (OpOperand *factor : {product->x, product->y}) {
    // What has a zero point is no weight that lies in panels.
    if (factor == product->x && (product->zero || product->zeroNumber))
      continue;
    c.operand = factor->getOperandNumber();
    AffineMap map = op.getIndexingMapsArray()[c.operand];
    auto column = map.getResultPosition(last);
    auto sum = map.getResultPosition(getAffineDimExpr(c.sum, map.getContext()));
    if (!column || !sum)
      continue;
    Value operand = op.getDpsInputs()[c.operand];
    auto found = findWeight(operand);
    Type element = getElementTypeOrSelf(operand.getType());
    if (!found || !(element.isF32() || element.isInteger(8)))
      continue;
    c.view = *found;
    c.rows = c.view.shape[*column];
    c.columns = c.view.shape[*sum];
    for (auto [i, size] : llvm::enumerate(c.view.shape))
      if (i != *column && i != *sum && size != 1)
        return std::nullopt;
    int64_t apart = c.view.strides[*column], along = c.view.strides[*sum];
    c.transposed = apart == 1 && along == c.rows;
    if (c.transposed || (along == 1 && apart == c.columns))
      return c;
  }
  return std::nullopt;
}

struct PackGraphWeights : llm::impl::PackGraphWeightsBase<PackGraphWeights> {
  using PackGraphWeightsBase::PackGraphWeightsBase;

  /// The parameter that holds the matrix as panels, made where there is none.
  ParameterOp panelsOf(const Columns &c, ParameterOp parameter, Type element) {
    std::string name = (parameter.getSymName() + ".panels").str();
    if (c.view.first)
      name += "." + std::to_string(c.view.first);
    if (c.transposed)
      name += ".transposed";
    if (auto known = getOperation().lookupSymbol<ParameterOp>(name))
      return known;
    OpBuilder b(parameter);
    auto type = PackedType::get(&getContext(), c.rows, c.columns,
                                DenseAttr::get(&getContext(), element));
    return ParameterOp::create(
        b, parameter.getLoc(), name, type, parameter.getSourceType(),
        parameter.getSources(), c.view.first, c.transposed);
  }

  void pack(linalg::GenericOp op, const Columns &c) {
    WeightOp read = c.view.weight;
    auto parameter =
        getOperation().lookupSymbol<ParameterOp>(read.getParameter());
    Type element = getElementTypeOrSelf(op.getDpsInputs()[c.operand].getType()),
         stored = getElementTypeOrSelf(parameter.getType());
    if (stored != element && !stored.isF16() && !stored.isBF16())
      return;
    ParameterOp packed = panelsOf(c, parameter, element);
    // Dropped where nothing else reads it.
    parameter.setPrivate();
    ImplicitLocOpBuilder b(op.getLoc(), read);
    auto type = cast<PackedType>(packed.getType());
    Value weight = WeightOp::create(b, type, packed.getSymName(), Value());
    AffineExpr column = b.getAffineDimExpr(c.column),
               sum = b.getAffineDimExpr(c.sum);
    SmallVector<int64_t> shape = {type.getPanels(), c.columns, kPanel};
    SmallVector<AffineExpr> place = {column.floorDiv(kPanel), sum,
                                     column % kPanel};
    if (element.isInteger(8)) {
      shape = {type.getPanels(), (c.columns + 3) / 4, kPanel, 4};
      place = {column.floorDiv(kPanel), sum.floorDiv(4), column % kPanel,
               sum % 4};
    }
    Value panels =
        PanelsOp::create(b, RankedTensorType::get(shape, element), weight);
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps[c.operand] = AffineMap::get(op.getNumLoops(), 0, place, &getContext());
    op.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
    op->setOperand(c.operand, panels);
  }

  void runOnOperation() override {
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) { ops.push_back(op); });
    for (linalg::GenericOp op : ops)
      if (auto columns = findColumns(op))
        pack(op, *columns);
  }
};

} // namespace
