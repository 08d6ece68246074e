//===- Sampling.cpp - Tensors read between their elements -----------------===//
//
// GridSample, DeformConv, RoiAlign and their like: elements at coordinates that
// are data.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Convolution.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

/// Arithmetic on coordinates, which are floats of `type`.
struct Coordinates {
  GraphLowering &g;
  Type type;

  Value number(double value) { return g.e.constant(value, type); }
  Value add(Value x, Value y) { return g.e.add(x, y, type); }
  Value sub(Value x, Value y) { return g.e.sub(x, y, type); }
  Value mul(Value x, Value y) { return g.e.mul(x, y, type); }
  Value div(Value x, Value y) { return g.e.div(x, y, type); }
  Value less(Value x, Value y) { return g.e.less(x, y, type); }
  Value select(Value c, Value x, Value y) { return g.e.select(c, x, y); }
  Value floor(Value x) { return math::FloorOp::create(g.b, x); }
  Value ceil(Value x) { return math::CeilOp::create(g.b, x); }
  /// Within [low, high]; NaN is `low`.
  Value limit(Value x, Value low, Value high) {
    return arith::MinNumFOp::create(g.b, arith::MaxNumFOp::create(g.b, x, low),
                                    high);
  }
  Value real(Dim dim) {
    return arith::SIToFPOp::create(
        g.b, type, g.e.fromIndex(g.index(dim), g.b.getI64Type()));
  }
  /// Of a whole number; what no tensor reaches is brought nearer.
  Value toIndex(Value x) {
    Value far = number(1 << 30);
    Value inside = limit(x, g.e.neg(far, type), far);
    return g.e.toIndex(arith::FPToSIOp::create(g.b, g.b.getI64Type(), inside),
                       g.b.getI64Type());
  }
  /// Mirrored at the borders until it lies between them.
  Value reflect(Value x, Value low, Value high) {
    Value zero = number(0), range = sub(high, low);
    Value isPoint = g.e.lessOrEqual(range, zero, type);
    Value below = less(x, low);
    Value away = select(below, sub(low, x), sub(x, high));
    Value turns = floor(div(away, select(isPoint, number(1), range)));
    Value rest = sub(away, mul(turns, range));
    Value half = mul(turns, number(0.5));
    Value even = g.e.equal(floor(half), half, type);
    // After an even number of turns it comes back from the border it crossed.
    Value fromLow = arith::CmpIOp::create(g.b, CmpIPredicate::eq, below, even);
    Value inside = select(fromLow, add(low, rest), sub(high, rest));
    Value outside = arith::OrIOp::create(g.b, below, less(high, x));
    return select(isPoint, low, select(outside, inside, x));
  }
};

enum class Padding { Zeros, Border, Reflection };

/// The elements around a place of the last dimensions of a tensor.
struct Sampler {
  GraphLowering &g;
  Tensor x;
  Coordinates c;
  Padding padding = Padding::Zeros;
  bool alignCorners = false;

  Value low() { return c.number(alignCorners ? 0 : -0.5); }
  Value high(Dim size) {
    return c.sub(c.real(size), c.number(alignCorners ? 1 : 0.5));
  }

  /// Weighted by what each dimension's taps weigh: [dimension][tap].
  Value sum(ValueRange outer, ArrayRef<SmallVector<Value>> places,
            ArrayRef<SmallVector<Value>> weights) {
    SmallVector<Value> chosen;
    return sum(outer, places, weights, chosen, {});
  }

  /// Taps at floor(at) + first and on.
  void addTaps(Value at, int64_t first, ArrayRef<Value> weights,
               SmallVector<SmallVector<Value>> &places,
               SmallVector<SmallVector<Value>> &all) {
    Value base = c.toIndex(c.floor(at));
    SmallVector<Value> row;
    for (size_t i = 0; i < weights.size(); ++i)
      row.push_back(g.index(g.add(base, g.fixed(first + i))));
    places.push_back(row);
    all.push_back(SmallVector<Value>(weights));
  }
  SmallVector<Value> linear(Value at) {
    Value rest = c.sub(at, c.floor(at));
    return {c.sub(c.number(1), rest), rest};
  }
  /// Keys' kernel with a = -0.75.
  SmallVector<Value> cubic(Value at) {
    constexpr double a = -0.75;
    Value rest = c.sub(at, c.floor(at));
    auto near = [&](Value d) {
      Value inner = c.sub(c.mul(c.number(a + 2), d), c.number(a + 3));
      return c.add(c.mul(c.mul(inner, d), d), c.number(1));
    };
    auto far = [&](Value d) {
      Value inner = c.sub(c.mul(c.number(a), d), c.number(5 * a));
      inner = c.add(c.mul(inner, d), c.number(8 * a));
      return c.sub(c.mul(inner, d), c.number(4 * a));
    };
    Value one = c.number(1);
    Value other = c.sub(one, rest);
    return {far(c.add(rest, one)), near(rest), near(other),
            far(c.add(other, one))};
  }

private:
  Value sum(ValueRange outer, ArrayRef<SmallVector<Value>> places,
            ArrayRef<SmallVector<Value>> weights, SmallVector<Value> &chosen,
            Value weight) {
    unsigned depth = chosen.size();
    if (depth == places.size())
      return c.mul(read(outer, chosen), weight);
    Value total;
    for (auto [place, factor] :
         llvm::zip_equal(places[depth], weights[depth])) {
      chosen.push_back(place);
      Value term = sum(outer, places, weights, chosen,
                       weight ? c.mul(weight, factor) : factor);
      chosen.pop_back();
      total = total ? c.add(total, term) : term;
    }
    return total;
  }

  Value read(ValueRange outer, ArrayRef<Value> places) {
    Dims sizes = g.dims(x.value);
    SmallVector<Value> indices(outer);
    Value inside;
    for (auto [i, place] : llvm::enumerate(places)) {
      Dim size = sizes[outer.size() + i];
      Dim at = place;
      if (padding == Padding::Reflection)
        at = c.toIndex(c.floor(c.reflect(c.real(place), low(), high(size))));
      if (padding == Padding::Zeros) {
        Value fits = g.compare(CmpIPredicate::ult, place, size);
        inside = inside ? arith::AndIOp::create(g.b, inside, fits).getResult()
                        : fits;
      }
      indices.push_back(
          g.index(g.max(g.min(at, g.sub(size, g.fixed(1))), g.fixed(0))));
    }
    Value value = g.e.cast(g.at(x, indices), x.element, c.type);
    return inside ? c.select(inside, value, c.number(0)) : value;
  }
};

Type realOf(GraphLowering &g, Type element) {
  return isa<Float64Type>(element) ? Type(g.b.getF64Type())
                                   : Type(g.b.getF32Type());
}

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

LogicalResult lowerGridSample(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Tensor grid =
      g.tensor(op.input(op.domain() == "com.microsoft" ? "Grid" : "grid"));
  Dims from = g.dims(x.value), to = g.dims(grid.value);
  unsigned rank = from.size() - 2;
  if (from.size() < 3 || to.size() != from.size())
    return op.operation()->emitError()
           << "GridSample: X and grid have ranks " << from.size() << " and "
           << to.size() << "; expected the same, 3 or more";
  g.requireSame(to.back(), g.fixed(rank),
                "GridSample: grid's last dimension is not the number of "
                "spatial dimensions");
  g.requireSame(to[0], from[0], "GridSample: X and grid differ in batch size");
  StringRef mode = op.string("mode", "bilinear"),
            padded = op.string("padding_mode", "zeros");
  bool isNearest = mode == "nearest",
       isCubic = mode == "cubic" || mode == "bicubic";
  if (!isNearest && !isCubic && mode != "linear" && mode != "bilinear")
    return op.operation()->emitError() << "GridSample: mode '" << mode
                                       << "'; accepted: nearest, linear, cubic";
  Coordinates c{g, realOf(g, grid.element)};
  Sampler sampler{g, x, Coordinates{g, realOf(g, x.element)}};
  sampler.alignCorners = op.integer("align_corners");
  if (padded == "border")
    sampler.padding = Padding::Border;
  else if (padded == "reflection")
    sampler.padding = Padding::Reflection;
  else if (padded != "zeros")
    return op.operation()->emitError()
           << "GridSample: padding_mode '" << padded
           << "'; accepted: zeros, border, reflection";

  // Where elements are read, the same for all channels: [n, positions..., dim].
  Sampler inGrid{g, x, c, sampler.padding, sampler.alignCorners};
  SmallVector<Tensor> places;
  Dims positions = to;
  positions.pop_back();
  for (unsigned i = 0; i < rank; ++i) {
    Dim size = from[2 + i];
    places.push_back(g.tabulate(positions, c.type, [&](ValueRange place) {
      SmallVector<Value> source(place);
      source.push_back(g.index(rank - 1 - i)); // x comes first
      Value at = g.e.cast(g.at(grid, source), grid.element, c.type);
      Value one = c.number(1), half = c.number(0.5);
      Value length = c.real(size), moved = c.add(at, one);
      at = sampler.alignCorners ? c.mul(c.mul(moved, half), c.sub(length, one))
                                : c.mul(c.sub(c.mul(moved, length), one), half);
      if (isNearest)
        at = math::RoundEvenOp::create(g.b, at);
      Value low = inGrid.low(), high = inGrid.high(size);
      if (sampler.padding == Padding::Reflection)
        return c.reflect(at, low, high);
      if (sampler.padding == Padding::Zeros)
        return at;
      Value outside =
          arith::OrIOp::create(g.b, c.less(at, low), c.less(high, at));
      Value clamped = c.limit(at, c.number(0), c.sub(length, one));
      return c.select(outside, clamped, at);
    }));
  }
  Dims shape = {from[0], from[1]};
  llvm::append_range(shape, ArrayRef(positions).drop_front(1));
  Type real = sampler.c.type;
  g.set(op.output("Y"),
        g.tabulate(shape, g.elementOf(op.output("Y")), [&](ValueRange place) {
          SmallVector<Value> where = {place[0]};
          llvm::append_range(where, place.drop_front(2));
          SmallVector<SmallVector<Value>> taps, weights;
          for (Tensor table : places) {
            Value at = g.e.cast(g.at(table, where), table.element, real);
            if (isNearest)
              sampler.addTaps(at, 0, sampler.c.number(1), taps, weights);
            else if (isCubic)
              sampler.addTaps(at, -1, sampler.cubic(at), taps, weights);
            else
              sampler.addTaps(at, 0, sampler.linear(at), taps, weights);
          }
          Value sum = sampler.sum(place.take_front(2), taps, weights);
          return g.e.cast(sum, real, g.elementOf(op.output("Y")));
        }));
  return success();
}

//===----------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------===//

/// theta[n] times (x, y, 1) or (x, y, z, 1) of each position in [-1, 1].
LogicalResult lowerAffineGrid(OnnxOp op, GraphLowering &g) {
  Tensor theta = g.tensor(op.input("theta"));
  auto sizes = g.elements(op.input("size"));
  if (!sizes || (sizes->size() != 4 && sizes->size() != 5))
    return notSupported(op, "a size that is not of 4 or 5 numbers");
  unsigned rank = sizes->size() - 2;
  Dims matrix = g.dims(theta.value), shape = {(*sizes)[0]};
  if (matrix.size() != 3)
    return op.operation()->emitError()
           << "AffineGrid: theta has rank " << matrix.size() << "; expected 3";
  g.requireSame(matrix[0], shape[0],
                "AffineGrid: theta and size differ in batch size");
  g.requireSame(matrix[1], g.fixed(rank),
                "AffineGrid: theta has other rows "
                "than there are dimensions");
  g.requireSame(matrix[2], g.fixed(rank + 1),
                "AffineGrid: theta has other columns than expected");
  for (unsigned i = 0; i < rank; ++i) {
    Dim size = (*sizes)[2 + i];
    if (!getConstantIntValue(size))
      g.require(g.compare(CmpIPredicate::sge, size, g.fixed(0)),
                "AffineGrid: a size is negative");
    shape.push_back(size);
  }
  shape.push_back(g.fixed(rank));
  bool aligned = op.integer("align_corners");
  Coordinates c{g, realOf(g, theta.element)};
  g.set(op.output("grid"),
        g.tabulate(shape, theta.element, [&](ValueRange place) {
          Value row = place.back(), sum;
          auto entry = [&](unsigned column) {
            return g.at(theta, {place[0], row, g.index(column)});
          };
          sum = entry(rank);
          for (unsigned i = 0; i < rank; ++i) {
            // x is the last of the positions.
            Value at = c.real(place[rank - i]), size = c.real(shape[rank - i]);
            Value one = c.number(1), two = c.number(2);
            Value steps =
                aligned ? g.e.max(c.sub(size, one), one, c.type) : size;
            Value moved = aligned ? c.mul(two, at) : c.add(c.mul(two, at), one);
            Value coordinate = c.sub(c.div(moved, steps), one);
            sum = c.add(sum, c.mul(entry(i), coordinate));
          }
          return sum;
        }));
  return success();
}

//===----------------------------------------------------------------------===//
// DeformConv
//===----------------------------------------------------------------------===//

/// The elements that each window sees become columns; a product with the
/// weights follows.
LogicalResult lowerDeformConv(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), weights = g.tensor(op.input("W")),
         offset = g.tensor(op.input("offset")),
         mask = g.tensor(op.input("mask"));
  Dims from = g.dims(x.value), filter = g.dims(weights.value);
  if (from.size() < 3 || filter.size() != from.size() ||
      offset.rank() != x.rank())
    return op.operation()->emitError()
           << "DeformConv: X, W and offset differ in rank";
  unsigned rank = from.size() - 2;
  auto windows = readWindows(op, g, ArrayRef(from).drop_front(2),
                             ArrayRef(filter).drop_front(2));
  if (failed(windows))
    return failure();
  const Windows &w = *windows;
  int64_t groups = std::max<int64_t>(1, op.integer("group", 1));
  Dim offsetGroups =
      g.fixed(std::max<int64_t>(1, op.integer("offset_group", 1)));
  Dim kernel = g.product(w.kernel);
  g.requireSame(from[1], g.mul(filter[1], g.fixed(groups)),
                "DeformConv: the input's channels are not those of the weights "
                "times the groups");
  auto shaped = [&](Tensor tensor, Dim numbers) {
    // [n, offset group, kernel..., numbers, positions...]
    Dims sizes = {from[0], offsetGroups};
    llvm::append_range(sizes, w.kernel);
    sizes.push_back(numbers);
    llvm::append_range(sizes, w.output);
    g.requireSame(g.product(g.dims(tensor.value)), g.product(sizes),
                  "DeformConv: offset or mask is not of the shape that the "
                  "windows have");
    return g.reshape(tensor, sizes);
  };
  offset = shaped(offset, g.fixed(rank));
  if (mask)
    mask = shaped(mask, g.fixed(1));
  Type real = realOf(g, x.element);
  Sampler sampler{g, x, Coordinates{g, real}};
  Coordinates &c = sampler.c;
  Dim each = g.floorDiv(from[1], offsetGroups);
  Value perGroup = g.index(g.max(each, g.fixed(1)));
  Dims shape = {from[0], from[1]};
  llvm::append_range(shape, w.kernel);
  llvm::append_range(shape, w.output);
  Tensor columns = g.tabulate(shape, real, [&](ValueRange place) {
    ValueRange inKernel = place.drop_front(2).take_front(rank),
               position = place.take_back(rank);
    auto parameter = [&](Tensor table, Value number) {
      SmallVector<Value> source = {
          place[0], g.index(g.floorDiv(place[1], Dim(perGroup)))};
      llvm::append_range(source, inKernel);
      source.push_back(number);
      llvm::append_range(source, position);
      return g.e.cast(g.at(table, source), table.element, real);
    };
    SmallVector<SmallVector<Value>> taps, factors;
    for (unsigned i = 0; i < rank; ++i) {
      Dim start = g.sub(g.add(g.mul(position[i], g.fixed(w.strides[i])),
                              g.mul(inKernel[i], g.fixed(w.dilations[i]))),
                        w.begin[i]);
      Value at = c.add(c.real(start), parameter(offset, g.index(i)));
      sampler.addTaps(at, 0, sampler.linear(at), taps, factors);
    }
    Value value = sampler.sum(place.take_front(2), taps, factors);
    return mask ? c.mul(value, parameter(mask, g.index(0))) : value;
  });
  Dim positions = g.product(w.output), in = g.mul(filter[1], kernel),
      out = g.floorDiv(filter[0], g.fixed(groups));
  columns = g.reshape(columns, {from[0], g.fixed(groups), in, positions});
  weights = g.reshape(weights, {g.fixed(groups), out, in});
  Tensor y =
      g.contract({weights, columns}, {{1, 2, 4}, {0, 1, 4, 3}, {0, 1, 2, 3}},
                 {from[0], g.fixed(groups), out, positions, in}, real,
                 [&](ValueRange v) { return g.e.mul(v[0], v[1], real); });
  Dims result = {from[0], filter[0]};
  llvm::append_range(result, w.output);
  y = g.reshape(y, result);
  if (Tensor bias = g.tensor(op.input("B"))) {
    Dims sizes(rank + 1, g.fixed(1));
    sizes[0] = filter[0];
    y = g.map({y, g.reshape(bias, sizes)}, real,
              [&](ValueRange v) { return c.add(v[0], v[1]); });
  }
  g.set(op.output("Y"), g.cast(y, x.element));
  return success();
}

//===----------------------------------------------------------------------===//
// Regions of interest
//===----------------------------------------------------------------------===//

LogicalResult lowerRoiAlign(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), rois = g.tensor(op.input("rois")),
         batches = g.tensor(op.input("batch_indices"));
  Dims from = g.dims(x.value);
  Dim count = g.dim(rois.value, 0);
  g.requireSame(g.dim(rois.value, 1), g.fixed(4),
                "RoiAlign: rois are not of 4 numbers");
  g.requireSame(g.dim(batches.value, 0), count,
                "RoiAlign: rois and batch_indices differ in number");
  bool centred = op.version() >= 16 &&
                 op.string("coordinate_transformation_mode") == "half_pixel";
  bool isMax = op.string("mode").equals_insensitive("max");
  int64_t outputs[2] = {op.integer("output_height", 1),
                        op.integer("output_width", 1)};
  int64_t ratio = op.integer("sampling_ratio");
  double scale = op.real("spatial_scale", 1);
  Type real = realOf(g, x.element);
  Sampler sampler{g, x, Coordinates{g, real}};
  Coordinates &c = sampler.c;
  Dims shape = {count, from[1], g.fixed(outputs[0]), g.fixed(outputs[1])};
  g.set(op.output("Y"), g.tabulate(shape, x.element, [&](ValueRange place) {
    Value item =
        g.checked(g.e.toIndex(g.at(batches, place[0]), batches.element),
                  from[0], "RoiAlign: batch index out of range");
    Value start[2], bin[2], samples[2], step[2];
    for (unsigned d = 0; d < 2; ++d) { // y, x
      auto edge = [&](unsigned number) {
        Value at = g.at(rois, {place[0], g.index(number)});
        at = c.mul(g.e.cast(at, rois.element, real), c.number(scale));
        return centred ? c.sub(at, c.number(0.5)) : at;
      };
      Value first = edge(1 - d), extent = c.sub(edge(3 - d), first);
      if (!centred)
        extent = g.e.max(extent, c.number(1), real);
      bin[d] = c.div(extent, c.number(outputs[d]));
      Value needed = c.limit(c.ceil(bin[d]), c.number(0), c.number(1 << 20));
      samples[d] = ratio > 0 ? g.index(ratio) : c.toIndex(needed);
      step[d] = c.div(bin[d], c.real(samples[d]));
      start[d] = c.add(first, c.mul(c.real(place[2 + d]), bin[d]));
    }
    Value none = isMax ? g.e.smallest(real) : c.number(0);
    auto sample = [&](Value iy, Value ix) -> Value {
      SmallVector<SmallVector<Value>> taps, weights;
      Value outside;
      for (unsigned d = 0; d < 2; ++d) {
        Value i = c.add(c.real(d ? ix : iy), c.number(0.5));
        Value at = c.add(start[d], c.mul(i, step[d]));
        Value size = c.real(from[2 + d]);
        Value off = arith::OrIOp::create(g.b, c.less(at, c.number(-1)),
                                         c.less(size, at));
        outside =
            outside ? arith::OrIOp::create(g.b, outside, off).getResult() : off;
        at = c.limit(at, c.number(0), c.sub(size, c.number(1)));
        sampler.addTaps(at, 0, sampler.linear(at), taps, weights);
      }
      SmallVector<Value> outer = {item, place[1]};
      Value value;
      if (!isMax) {
        value = sampler.sum(outer, taps, weights);
      } else { // the largest of the weighted corners
        for (unsigned corner = 0; corner < 4; ++corner) {
          SmallVector<SmallVector<Value>> tap, weight;
          for (unsigned d = 0; d < 2; ++d) {
            unsigned side = d ? corner & 1 : corner >> 1;
            tap.push_back({taps[d][side]});
            weight.push_back({weights[d][side]});
          }
          Value term = sampler.sum(outer, tap, weight);
          value = value ? g.e.max(value, term, real) : term;
        }
      }
      return c.select(outside, c.number(0), value);
    };
    Value sum = g.loop(
        g.index(0), samples[0], none,
        [&](Value iy, ValueRange rows) -> SmallVector<Value> {
          return g.loop(g.index(0), samples[1], rows,
                        [&](Value ix, ValueRange sums) -> SmallVector<Value> {
                          Value value = sample(iy, ix);
                          return {isMax ? g.e.max(sums[0], value, real)
                                        : c.add(sums[0], value)};
                        });
        })[0];
    Dim total = g.mul(samples[0], samples[1]);
    if (!isMax)
      return c.div(sum, c.real(g.max(total, g.fixed(1))));
    Value any = g.compare(CmpIPredicate::sgt, total, g.fixed(0));
    return c.select(any, sum, c.number(0));
  }));
  return success();
}

LogicalResult lowerMaxRoiPool(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), rois = g.tensor(op.input("rois"));
  Dims from = g.dims(x.value);
  auto pooled = readIntegers(op, "pooled_shape", 2, 1, 1);
  if (failed(pooled))
    return failure();
  g.requireSame(g.dim(rois.value, 1), g.fixed(5),
                "MaxRoiPool: rois are not of 5 numbers");
  double scale = op.real("spatial_scale", 1);
  Type real = realOf(g, x.element);
  Coordinates c{g, real};
  Dims shape = {g.dim(rois.value, 0), from[1], g.fixed((*pooled)[0]),
                g.fixed((*pooled)[1])};
  g.set(op.output("Y"), g.tabulate(shape, x.element, [&](ValueRange place) {
    auto number = [&](unsigned i) {
      return g.e.cast(g.at(rois, {place[0], g.index(i)}), rois.element, real);
    };
    Value item = g.checked(c.toIndex(number(0)), from[0],
                           "MaxRoiPool: batch index out of range");
    Value begin[2], end[2];
    for (unsigned d = 0; d < 2; ++d) { // y, x
      auto edge = [&](unsigned i) {
        Value scaled = c.mul(number(i), c.number(scale));
        return math::RoundOp::create(g.b, scaled).getResult();
      };
      Value first = edge(2 - d), last = edge(4 - d);
      Value extent =
          g.e.max(c.add(c.sub(last, first), c.number(1)), c.number(1), real);
      Value bin = c.div(extent, c.number((*pooled)[d]));
      Value at = c.real(place[2 + d]);
      auto bound = [&](Value edge) {
        Dim inside = g.min(c.toIndex(c.add(edge, first)), from[2 + d]);
        return g.index(g.max(inside, g.fixed(0)));
      };
      begin[d] = bound(c.floor(c.mul(at, bin)));
      end[d] = bound(c.ceil(c.mul(c.add(at, c.number(1)), bin)));
    }
    Value none = g.e.smallest(real);
    Value most =
        g.loop(begin[0], end[0], none,
               [&](Value y, ValueRange rows) -> SmallVector<Value> {
                 return g.loop(
                     begin[1], end[1], rows,
                     [&](Value column, ValueRange sums) -> SmallVector<Value> {
                       Value value = g.at(x, {item, place[1], y, column});
                       return {g.e.max(sums[0], value, real)};
                     });
               })[0];
    Value isEmpty = arith::OrIOp::create(
        g.b, g.compare(CmpIPredicate::sle, end[0], begin[0]),
        g.compare(CmpIPredicate::sle, end[1], begin[1]));
    return c.select(isEmpty, c.number(0), most);
  }));
  return success();
}

} // namespace

void llm::onnx::addSampling(LoweringTable &table) {
  table.add("GridSample", lowerGridSample);
  table.add("microsoft.GridSample", lowerGridSample);
  table.add("AffineGrid", lowerAffineGrid);
  table.add("DeformConv", lowerDeformConv);
  table.add("RoiAlign", lowerRoiAlign);
  table.add("MaxRoiPool", lowerMaxRoiPool);
}
