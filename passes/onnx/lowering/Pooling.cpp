//===- Pooling.cpp - Maxima, averages and norms of windows ----------------===//

#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Window.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

/// A tensor [n, channels, spatial...] that windows slide over.
struct Pool {
  OnnxOp op;
  GraphLowering &g;
  Tensor x;
  Windows windows;
  Dims shape; ///< of the result

  static FailureOr<Pool> read(OnnxOp op, GraphLowering &g) {
    Pool pool{op, g, g.tensor(op.input("X")), {}, {}};
    Dims sizes = g.dims(pool.x.value);
    if (sizes.size() < 3)
      return op.operation()->emitError()
             << op.type() << ": an input of rank " << sizes.size()
             << "; accepted: 3 and more";
    auto windows = readWindows(op, g, ArrayRef(sizes).drop_front(2));
    if (failed(windows))
      return failure();
    pool.windows = *windows;
    pool.shape = {sizes[0], sizes[1]};
    llvm::append_range(pool.shape, windows->output);
    return pool;
  }

  /// Folds each window from `inits`, which are of the types `sums`.
  SmallVector<Tensor> fold(Value padding, ArrayRef<Type> sums,
                           ArrayRef<Value> inits, TensorCode::SumsBody body) {
    Tensor padded = pad(g, x, windows, padding);
    SmallVector<Tensor> starts;
    for (auto [type, init] : llvm::zip_equal(sums, inits))
      starts.push_back(g.filled(shape, type, init));
    unsigned first = 2, kernel = first + windows.rank();
    unsigned loops = kernel + windows.rank();
    auto loop = [&](unsigned i) { return g.b.getAffineDimExpr(i); };
    SmallVector<AffineExpr> xs = {loop(0), loop(1)}, ks;
    llvm::append_range(xs, windowPlaces(g, windows, first, kernel));
    for (unsigned i = kernel; i < loops; ++i)
      ks.push_back(loop(i));
    SmallVector<AffineMap> maps = {
        AffineMap::get(loops, 0, xs, g.b.getContext()),
        AffineMap::get(loops, 0, ks, g.b.getContext()),
        g.b.getMultiDimIdentityMap(loops).getMajorSubMap(kernel)};
    return g.fold({padded, windowShape(g, windows)}, starts, maps, body);
  }
};

/// The maximum and where it lies in x, as if x were one row of elements, or,
/// with storage_order, as if its spatial dimensions ran the other way round.
LogicalResult lowerMaxPoolWithIndices(Pool &pool) {
  GraphLowering &g = pool.g;
  Type type = pool.x.element;
  Type sum = isFloat(type) ? computeType(type) : type, index = g.b.getI64Type();
  const Windows &w = pool.windows;
  bool columns = pool.op.integer("storage_order");
  Dims sizes = g.dims(pool.x.value);
  SmallVector<Value> input, begin;
  for (size_t i = 0; i < w.rank(); ++i) {
    input.push_back(g.index(w.input[i]));
    begin.push_back(g.index(w.begin[i]));
  }
  Value channels = g.index(sizes[1]), none = g.e.integer(-1, index);
  auto body = [&](ValueRange x, ValueRange sums) -> SmallVector<Value> {
    auto loop = [&](unsigned i) -> Dim { return g.loopIndex(i); };
    Value inside;
    Dims places;
    for (unsigned i = 0; i < w.rank(); ++i) {
      Dim place = g.add(g.mul(loop(2 + i), g.fixed(w.strides[i])),
                        g.mul(loop(2 + w.rank() + i), g.fixed(w.dilations[i])));
      place = g.sub(place, begin[i]);
      // Unsigned, so that places before the input are behind it.
      Value fits = g.compare(CmpIPredicate::ult, place, input[i]);
      inside =
          inside ? arith::AndIOp::create(g.b, inside, fits).getResult() : fits;
      places.push_back(place);
    }
    Dim at = g.add(g.mul(loop(0), channels), loop(1)), offset = g.fixed(0);
    for (unsigned i = 0; i < w.rank(); ++i) {
      at = g.mul(at, input[i]);
      unsigned next = columns ? w.rank() - 1 - i : i;
      offset = g.add(g.mul(offset, input[next]), places[next]);
    }
    at = g.add(at, offset);
    Value better = arith::OrIOp::create(g.b, g.e.less(sums[0], x[0], sum),
                                        g.e.equal(sums[1], none, index));
    Value take = arith::AndIOp::create(g.b, inside, better);
    return {g.e.select(take, x[0], sums[0]),
            g.e.select(take, g.e.fromIndex(g.index(at), index), sums[1])};
  };
  Value least = g.e.smallest(sum);
  SmallVector<Tensor> found =
      pool.fold(g.e.smallest(type), {sum, index}, {least, none}, body);
  g.set(pool.op.output("Y"), g.cast(found[0], type));
  g.set(pool.op.output("Indices"), found[1]);
  return success();
}

/// One dimension after another, the last one, whose windows lie across
/// vectors, with the fewest elements.
Tensor foldMaxima(Pool &pool, Type sum) {
  GraphLowering &g = pool.g;
  const Windows &w = pool.windows;
  Tensor y = pad(g, pool.x, w, g.e.smallest(pool.x.element));
  for (unsigned i = 0; i < w.rank(); ++i) {
    Dims shape = g.dims(y.value);
    unsigned at = 2 + i, rank = shape.size();
    shape[at] = w.output[i];
    Windows along;
    along.kernel = {w.kernel[i]};
    SmallVector<AffineExpr> from;
    for (unsigned loop = 0; loop < rank; ++loop)
      from.push_back(g.b.getAffineDimExpr(loop));
    AffineExpr place = g.b.getAffineDimExpr(rank);
    from[at] = from[at] * w.strides[i] + place * w.dilations[i];
    SmallVector<AffineMap> maps = {
        AffineMap::get(rank + 1, 0, from, g.b.getContext()),
        AffineMap::get(rank + 1, 0, place, g.b.getContext()),
        g.b.getMultiDimIdentityMap(rank + 1).getMajorSubMap(rank)};
    Tensor start = g.filled(shape, sum, g.e.smallest(sum));
    y = g.fold({y, windowShape(g, along)}, start, maps,
               [&](ValueRange x, ValueRange sums) -> SmallVector<Value> {
                 return {g.e.max(sums[0], x[0], sum)};
               })[0];
  }
  return y;
}

LogicalResult lowerMaxPool(OnnxOp op, GraphLowering &g) {
  auto pool = Pool::read(op, g);
  if (failed(pool))
    return failure();
  if (op.version() >= 8 && op.output("Indices"))
    return lowerMaxPoolWithIndices(*pool);
  Type type = pool->x.element;
  Type sum = isFloat(type) ? computeType(type) : type;
  g.set(op.output("Y"), g.cast(foldMaxima(*pool, sum), type));
  return success();
}

/// How many elements of each window along a dimension count for its average.
Tensor countElements(Pool &pool, size_t i, bool pads, Type type) {
  GraphLowering &g = pool.g;
  const Windows &w = pool.windows;
  Dim low = pads ? g.sub(g.fixed(0), w.begin[i]) : g.fixed(0);
  Dim high = pads ? g.add(w.input[i], w.end[i]) : w.input[i];
  Dim step = g.fixed(w.dilations[i]), one = g.fixed(1), zero = g.fixed(0);
  return g.tabulate(w.output[i], type, [&](ValueRange place) {
    Dim first = g.sub(g.mul(place[0], g.fixed(w.strides[i])), w.begin[i]);
    // Steps of the window below `low` and below `high`.
    auto below = [&](Dim bound) {
      Dim room = g.max(g.sub(bound, first), zero);
      return g.min(g.ceilDiv(room, step), w.kernel[i]);
    };
    Dim count = g.max(g.sub(below(high), below(low)), one);
    return g.e.cast(g.e.fromIndex(g.index(count), g.b.getI64Type()),
                    g.b.getI64Type(), type);
  });
}

LogicalResult lowerAveragePool(OnnxOp op, GraphLowering &g) {
  auto pool = Pool::read(op, g);
  if (failed(pool))
    return failure();
  Type type = pool->x.element, sum = computeType(type);
  Value zero = g.e.integer(0, type);
  Tensor y =
      pool->fold(zero, sum, zero,
                 [&](ValueRange x, ValueRange sums) -> SmallVector<Value> {
                   return {g.e.add(sums[0], x[0], sum)};
                 })[0];
  const Windows &w = pool->windows;
  bool pads = op.version() >= 7 && op.integer("count_include_pad");
  SmallVector<Tensor> inputs = {y};
  Dim fixed = g.fixed(1);
  for (size_t i = 0; i < w.rank(); ++i) {
    bool whole =
        isConstantIntValue(w.begin[i], 0) && isConstantIntValue(w.end[i], 0);
    if ((pads || whole) && !w.roundsUp) {
      fixed = g.mul(fixed, w.kernel[i]);
      continue;
    }
    Tensor counts = countElements(*pool, i, pads, sum);
    Dims sizes(w.rank() - i, g.fixed(1));
    sizes[0] = w.output[i];
    inputs.push_back(g.reshape(counts, sizes));
  }
  Value elements = g.e.cast(g.e.fromIndex(g.index(fixed), g.b.getI64Type()),
                            g.b.getI64Type(), sum);
  g.set(op.output("Y"), g.map(inputs, type, [&](ValueRange v) {
    Value count = elements;
    for (Value factor : v.drop_front())
      count = g.e.mul(count, factor, sum);
    return g.e.div(v[0], count, sum);
  }));
  return success();
}

/// |x|^p, and its inverse.
struct Norm {
  GraphLowering &g;
  Type type;
  double p;

  Norm(OnnxOp op, GraphLowering &g, Type type)
      : g(g), type(type),
        p(op.version() == 1 ? op.real("p", 2) : op.integer("p", 2)) {}

  Value power(Value x) {
    if (p == 2)
      return g.e.mul(x, x, type);
    Value size = g.e.abs(x, type);
    return p == 1 ? size
                  : math::PowFOp::create(g.b, size, g.e.constant(p, type));
  }
  Value root(Value x) {
    if (p == 2)
      return math::SqrtOp::create(g.b, x);
    return p == 1 ? x : math::PowFOp::create(g.b, x, g.e.constant(1 / p, type));
  }
};

LogicalResult lowerLpPool(OnnxOp op, GraphLowering &g) {
  auto pool = Pool::read(op, g);
  if (failed(pool))
    return failure();
  Type type = pool->x.element, sum = computeType(type);
  Norm norm(op, g, sum);
  Value zero = g.e.integer(0, type);
  Tensor y =
      pool->fold(zero, sum, zero,
                 [&](ValueRange x, ValueRange sums) -> SmallVector<Value> {
                   return {g.e.add(sums[0], norm.power(x[0]), sum)};
                 })[0];
  g.set(op.output("Y"),
        g.map(y, type, [&](ValueRange v) { return norm.root(v[0]); }));
  return success();
}

//===----------------------------------------------------------------------===//
// Of all positions
//===----------------------------------------------------------------------===//

SmallVector<int64_t> spatialAxes(Tensor x) {
  SmallVector<int64_t> axes;
  for (int64_t i = 2; i < x.rank(); ++i)
    axes.push_back(i);
  return axes;
}

LogicalResult lowerGlobalAveragePool(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Type sum = computeType(x.element);
  Tensor sums =
      g.reduce(x, spatialAxes(x), /*keepDims=*/true, sum, g.e.integer(0, sum),
               [&](Value a, Value v) { return g.e.add(a, v, sum); });
  Dim positions = g.product(ArrayRef(g.dims(x.value)).drop_front(2));
  Value count = g.e.cast(g.e.fromIndex(g.index(positions), g.b.getI64Type()),
                         g.b.getI64Type(), sum);
  g.set(op.output("Y"), g.map(sums, x.element, [&](ValueRange v) {
    return g.e.div(v[0], count, sum);
  }));
  return success();
}

LogicalResult lowerGlobalMaxPool(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Type sum = computeType(x.element);
  Tensor y =
      g.reduce(x, spatialAxes(x), /*keepDims=*/true, sum, g.e.smallest(sum),
               [&](Value a, Value v) { return g.e.max(a, v, sum); });
  g.set(op.output("Y"), g.cast(y, x.element));
  return success();
}

LogicalResult lowerGlobalLpPool(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Type sum = computeType(x.element);
  Norm norm(op, g, sum);
  Tensor sums = g.reduce(
      x, spatialAxes(x), /*keepDims=*/true, sum, g.e.integer(0, sum),
      [&](Value a, Value v) { return g.e.add(a, norm.power(v), sum); });
  g.set(op.output("Y"),
        g.map(sums, x.element, [&](ValueRange v) { return norm.root(v[0]); }));
  return success();
}

//===----------------------------------------------------------------------===//
// MaxUnpool
//===----------------------------------------------------------------------===//

/// Elements go where `I` says in an image of the size that MaxPool had, which
/// lies in the first corner of an output that output_shape makes larger.
LogicalResult lowerMaxUnpool(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), places = g.tensor(op.input("I"));
  Dims from = g.dims(x.value), have = g.dims(places.value);
  if (have.size() != from.size() || from.size() < 3)
    return op.operation()->emitError()
           << "MaxUnpool: X and I are of ranks " << from.size() << " and "
           << have.size() << "; expected the same, 3 or more";
  for (size_t i = 0; i < from.size(); ++i)
    g.requireSame(from[i], have[i], "MaxUnpool: X and I differ in shape");
  size_t rank = from.size() - 2;
  auto kernel = readIntegers(op, "kernel_shape", rank, 1, 1);
  auto strides = readIntegers(op, "strides", rank, 1, 1);
  auto pads = readIntegers(op, "pads", 2 * rank, 0, 0);
  if (failed(kernel) || failed(strides) || failed(pads))
    return failure();
  Dims image = {from[0], from[1]};
  for (size_t i = 0; i < rank; ++i) {
    Dim size =
        g.add(g.mul(g.sub(from[2 + i], g.fixed(1)), g.fixed((*strides)[i])),
              g.fixed((*kernel)[i] - (*pads)[i] - (*pads)[rank + i]));
    image.push_back(g.max(size, g.fixed(0)));
  }
  Dim elements = g.product(image);
  Value zero = g.e.integer(0, x.element);
  Tensor row = g.filled({elements}, x.element, zero);
  Dim count = g.product(from);
  Tensor values = g.reshape(x, {count}), targets = g.reshape(places, {count});
  row.value = g.loop(
      g.index(0), g.index(count), row.value,
      [&](Value i, ValueRange carried) -> SmallVector<Value> {
        Value target = g.checked(g.e.toIndex(g.at(targets, i), targets.element),
                                 elements, "MaxUnpool: index out of range");
        return {g.insert(carried[0], x.element, g.at(values, i), target)};
      })[0];
  Tensor y = g.reshape(row, image);
  if (Value shape = op.input("output_shape")) {
    auto wanted = g.elements(shape);
    if (!wanted)
      return notSupported(op, "an output_shape whose length is not known");
    if (wanted->size() != from.size())
      return op.operation()->emitError()
             << "MaxUnpool: output_shape has " << wanted->size()
             << " numbers; expected " << from.size();
    for (size_t i = 0; i < wanted->size(); ++i)
      g.require(g.compare(CmpIPredicate::sge, (*wanted)[i], image[i]),
                "MaxUnpool: output_shape is smaller than what was pooled");
    y = g.overwrite(g.filled(*wanted, x.element, zero), y,
                    Dims(from.size(), g.fixed(0)));
  }
  g.set(op.output("output"), y);
  return success();
}

} // namespace

void llm::onnx::addPooling(LoweringTable &table) {
  table.add("MaxPool", lowerMaxPool);
  table.add("AveragePool", lowerAveragePool);
  table.add("LpPool", lowerLpPool);
  table.add("GlobalAveragePool", lowerGlobalAveragePool);
  table.add("GlobalMaxPool", lowerGlobalMaxPool);
  table.add("GlobalLpPool", lowerGlobalLpPool);
  table.add("MaxUnpool", lowerMaxUnpool);
}
