//===- Convolution.cpp - Conv, its integer kinds, ConvTranspose -----------===//
//
// A padded copy, then one loop nest [n, group, out channel, position...;
// in channel, kernel...]. Pointwise ones are products of matrices, depthwise
// ones have neither groups nor in channels.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Convolution.h"
#include "passes/onnx/lowering/ByteProducts.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Quantization.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

/// Dimensions of one group's channels: [a, channels, rest...] to
/// [a, groups, channels / groups, rest...].
static Tensor splitGroups(GraphLowering &g, Tensor x, int64_t axis,
                          int64_t groups) {
  Dims sizes = g.dims(x.value);
  Dim each = g.floorDiv(sizes[axis], g.fixed(groups));
  sizes[axis] = each;
  sizes.insert(sizes.begin() + axis, g.fixed(groups));
  return g.reshape(x, sizes);
}

Tensor llm::onnx::spreadBias(GraphLowering &g, Tensor bias, ArrayRef<Dim> shape,
                             Type sum) {
  if (!bias)
    return g.filled(shape, sum, g.e.integer(0, sum));
  g.requireSame(
      g.dim(bias.value, 0), shape[1],
      "Conv: the bias has another number of channels than the output");
  Dims sizes(shape.size() - 1, g.fixed(1));
  sizes[0] = shape[1];
  Tensor like{g.empty(shape, g.b.getI1Type()), g.b.getI1Type()};
  return g.map({g.reshape(bias, sizes), like}, sum,
               [&](ValueRange x) { return g.e.cast(x[0], bias.element, sum); });
}

FailureOr<Tensor> llm::onnx::convolve(OnnxOp op, GraphLowering &g,
                                      Convolved inputs, Tensor bias, Type sum) {
  Tensor x = inputs.x, weights = inputs.weights, zero = inputs.zero;
  Dims from = g.dims(x.value), filter = g.dims(weights.value);
  if (from.size() < 3 || from.size() != filter.size())
    return op.operation()->emitError()
           << op.type() << ": an input of rank " << from.size()
           << " and weights of rank " << filter.size()
           << "; expected the same, 3 or more";
  int64_t groups = op.integer("group", 1);
  if (groups < 1)
    return op.operation()->emitError() << op.type() << ": group is " << groups;
  g.requireSame(from[1], g.mul(filter[1], g.fixed(groups)),
                op.type() + ": the input's channels are not those of the "
                            "weights times the groups");
  if (groups != 1)
    g.requireSame(
        g.mul(g.floorDiv(filter[0], g.fixed(groups)), g.fixed(groups)),
        filter[0],
        op.type() + ": the output's channels do not divide into "
                    "groups");
  auto windows = readWindows(op, g, ArrayRef(from).drop_front(2),
                             ArrayRef(filter).drop_front(2));
  if (failed(windows))
    return failure();
  Dims shape = {from[0], filter[0]};
  llvm::append_range(shape, windows->output);
  Tensor start = spreadBias(g, bias, shape, sum);
  auto product = [&](ValueRange x, ValueRange sums) -> SmallVector<Value> {
    Value added = inputs.term ? inputs.term(x) : g.e.mul(x[0], x[1], sum);
    return {g.e.add(sums[0], added, sum)};
  };
  // Channels of their own: no groups to split, nothing in them to sum.
  bool isDepthwise = groups != 1 && !windows->isPointwise() &&
                     isConstantIntValue(filter[0], groups) &&
                     TensorCode::isOne(filter[1]);
  if (windows->isPointwise()) {
    weights = g.reshape(weights, {filter[0], filter[1]});
    windows->kernel.clear();
  } else {
    x = pad(g, x, *windows,
            inputs.padding ? g.at(inputs.padding, {})
                           : g.e.integer(0, x.element));
  }
  unsigned grouped = groups != 1 && !isDepthwise, rank = windows->output.size();
  if (isDepthwise) {
    filter.erase(filter.begin() + 1);
    weights = g.reshape(weights, filter);
  }
  if (grouped) {
    x = splitGroups(g, x, 1, groups);
    weights = splitGroups(g, weights, 0, groups);
    start = splitGroups(g, start, 1, groups);
    if (zero && zero.rank() == 1)
      zero = splitGroups(g, zero, 0, groups);
  }
  // [n, group, out, position..., in, kernel...], or without group and in
  unsigned out = 1 + grouped, first = out + 1, in = first + rank;
  unsigned kernel = in + !isDepthwise, loops = kernel + windows->kernel.size();
  auto loop = [&](unsigned i) { return g.b.getAffineDimExpr(i); };
  SmallVector<AffineExpr> xs = {loop(0)}, ws, ys = {loop(0)};
  for (unsigned i = 1; i <= grouped; ++i)
    for (auto *exprs : {&xs, &ws, &ys})
      exprs->push_back(loop(i));
  xs.push_back(loop(isDepthwise ? out : in));
  ws.push_back(loop(out));
  if (!isDepthwise)
    ws.push_back(loop(in));
  ys.push_back(loop(out));
  for (unsigned i = 0; i < rank; ++i)
    ys.push_back(loop(first + i));
  if (windows->kernel.empty()) {
    for (unsigned i = 0; i < rank; ++i)
      xs.push_back(loop(first + i));
  } else {
    llvm::append_range(xs, windowPlaces(g, *windows, first, kernel));
    for (unsigned i = 0; i < rank; ++i)
      ws.push_back(loop(kernel + i));
  }
  SmallVector<Tensor> factors = {x, weights};
  SmallVector<SmallVector<AffineExpr>> places = {xs, ws};
  if (zero) {
    factors.push_back(zero);
    SmallVector<AffineExpr> channel = {loop(1), loop(out)};
    places.emplace_back(ArrayRef(channel).take_back(zero.rank()));
  }
  places.push_back(ys);
  SmallVector<AffineMap> maps;
  for (ArrayRef<AffineExpr> exprs : places)
    maps.push_back(AffineMap::get(loops, 0, exprs, g.b.getContext()));
  return g.reshape(g.fold(factors, start, maps, product)[0], shape);
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

/// Of i32. The zero points of `w` are one number or one for each output
/// channel.
static FailureOr<Tensor> convolveBytes(OnnxOp op, GraphLowering &g, Bytes x,
                                       Bytes w, Tensor bias) {
  x = withSign(g, x, !w.areUnsigned());
  Type i32 = g.b.getI32Type();
  Dims filter = g.dims(w.tensor.value);
  if (x.zero) {
    // bias - zero * sum of the channel's weights; windows see the zero point
    // outside of the input.
    SmallVector<Tensor> inputs = {w.tensor};
    if (w.zero) {
      Dims sizes = g.dims(w.zero.value);
      if (!sizes.empty())
        sizes.append(filter.size() - 1, g.fixed(1));
      inputs.push_back(g.reshape(w.zero, sizes));
    }
    Tensor differences = g.map(inputs, i32, [&](ValueRange v) {
      Value number = g.e.cast(v[0], w.tensor.element, i32);
      return v.size() > 1 ? g.e.sub(number, v[1], i32) : number;
    });
    SmallVector<int64_t> axes =
        llvm::to_vector(llvm::seq<int64_t>(1, filter.size()));
    Tensor sums = g.reduce(
        differences, axes, /*keepDims=*/false, i32, g.e.integer(0, i32),
        [&](Value sum, Value next) { return g.e.add(sum, next, i32); });
    inputs = {sums, x.zero};
    if (bias)
      inputs.push_back(bias);
    bias = g.map(inputs, i32, [&](ValueRange v) {
      Value moved = g.e.mul(v[0], v[1], i32);
      return g.e.sub(v.size() > 2 ? v[2] : g.e.integer(0, i32), moved, i32);
    });
  }
  auto term = [&](ValueRange elements) {
    SmallVector<Value> factors = {elements[1], elements[0]};
    llvm::append_range(factors, elements.drop_front(2));
    return multiplyBytes(g, w, x, factors);
  };
  Tensor padding = x.zero ? g.cast(x.zero, x.tensor.element) : Tensor();
  return convolve(op, g, {x.tensor, w.tensor, padding, w.zero, term}, bias,
                  i32);
}

/// Conv of what DequantizeLinear makes of integers: their sums, scaled. Null if
/// the inputs are not both made so, with one scale for x and one for each
/// output channel at most.
static FailureOr<Tensor> convolveDequantized(OnnxOp op, GraphLowering &g) {
  auto x = Dequantized::behind(g, op.input("X")),
       w = Dequantized::behind(g, op.input("W"));
  if (!x || !w || !x->hasOneScale() || (!w->hasOneScale() && w->axis != 0))
    return Tensor();
  auto sums = convolveBytes(op, g, x->bytes, w->bytes, {});
  if (failed(sums))
    return failure();
  Type real = g.b.getF32Type();
  int64_t after = sums->rank() - 2;
  SmallVector<Tensor> inputs = {*sums, x->scale, w->scaleBefore(g, after)};
  if (Tensor bias = g.tensor(op.input("B"))) {
    Dims sizes = g.dims(bias.value);
    sizes.append(after, g.fixed(1));
    inputs.push_back(g.reshape(bias, sizes));
  }
  return g.map(inputs, real, [&](ValueRange v) {
    Value y = g.e.mul(g.e.cast(v[0], sums->element, real),
                      g.e.mul(v[1], v[2], real), real);
    return v.size() > 3 ? g.e.add(y, v[3], real) : y;
  });
}

static LogicalResult lowerConv(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Type sum = computeType(x.element);
  auto y = convolveDequantized(op, g);
  if (succeeded(y) && !*y)
    y = convolve(op, g, {x, g.tensor(op.input("W"))}, g.tensor(op.input("B")),
                 sum);
  if (failed(y))
    return failure();
  g.set(op.output("Y"), g.cast(*y, x.element));
  return success();
}

static LogicalResult lowerConvInteger(OnnxOp op, GraphLowering &g) {
  auto y = convolveBytes(op, g, Bytes::read(op, g, "x", "x_zero_point"),
                         Bytes::read(op, g, "w", "w_zero_point"), {});
  if (failed(y))
    return failure();
  g.set(op.output("y"), *y);
  return success();
}

static LogicalResult lowerQLinearConv(OnnxOp op, GraphLowering &g) {
  Bytes bytes = Bytes::read(op, g, "x", "x_zero_point");
  Tensor &x = bytes.tensor;
  bool channelsLast =
      op.schema().attribute("channels_last") && op.integer("channels_last");
  SmallVector<int64_t> inner = {0, x.rank() - 1}, outer = {0};
  for (int64_t i = 2; i < x.rank(); ++i)
    outer.push_back(i);
  for (int64_t i = 1; i + 1 < x.rank(); ++i)
    inner.push_back(i);
  outer.push_back(1);
  if (channelsLast)
    x = g.transpose(x, inner);
  Type wide = g.b.getI32Type(), real = g.b.getF32Type();
  auto sums =
      convolveBytes(op, g, bytes, Bytes::read(op, g, "w", "w_zero_point"),
                    g.tensor(op.input("B")));
  if (failed(sums))
    return failure();
  Tensor xScale = g.tensor(op.input("x_scale")),
         yScale = g.tensor(op.input("y_scale")),
         wScale = g.tensor(op.input("w_scale")),
         yZero = g.tensor(op.input("y_zero_point"));
  auto spread = [&](Tensor scale) { // by channel, or one for all
    if (scale.rank() == 0)
      return scale;
    Dims sizes = g.dims(scale.value);
    if (!TensorCode::isOne(sizes[0]))
      sizes.append(x.rank() - 2, g.fixed(1));
    return g.reshape(scale, sizes);
  };
  Tensor factor =
      g.map({xScale, spread(wScale), yScale}, real, [&](ValueRange v) {
        return g.e.div(g.e.mul(v[0], v[1], real), v[2], real);
      });
  Tensor y = g.map({*sums, factor, yZero}, yZero.element, [&](ValueRange v) {
    Value scaled = g.e.mul(g.e.cast(v[0], wide, real), v[1], real);
    return quantize(g, scaled, v[2], yZero.element);
  });
  g.set(op.output("y"), channelsLast ? g.transpose(y, outer) : y);
  return success();
}

Value llm::onnx::quantize(GraphLowering &g, Value scaled, Value zero,
                          Type type) {
  Type real = g.b.getF32Type();
  Value rounded = math::RoundEvenOp::create(g.b, scaled);
  if (zero)
    rounded = g.e.add(rounded, g.e.cast(zero, type, real), real);
  auto bound = [&](Value limit) { return g.e.cast(limit, type, real); };
  // NaN becomes the least number.
  Value low = bound(g.e.smallest(type)), high = bound(g.e.largest(type));
  rounded = arith::MaxNumFOp::create(g.b, rounded, low);
  rounded = arith::MinNumFOp::create(g.b, rounded, high);
  return truncateToSmall(g, rounded, type);
}

//===----------------------------------------------------------------------===//
// Transposed
//===----------------------------------------------------------------------===//

/// The windows of the output that each element of the input falls on.
static FailureOr<Windows> readTransposed(OnnxOp op, GraphLowering &g,
                                         ArrayRef<Dim> positions,
                                         ArrayRef<Dim> kernel) {
  size_t rank = positions.size();
  auto strides = readIntegers(op, "strides", rank, 1, 1);
  auto dilations = readIntegers(op, "dilations", rank, 1, 1);
  auto pads = readIntegers(op, "pads", 2 * rank, 0, INT32_MIN);
  auto extra = readIntegers(op, "output_padding", rank, 0, 0);
  if (failed(strides) || failed(dilations) || failed(pads) || failed(extra))
    return failure();
  if (kernel.size() != rank)
    return op.operation()->emitError()
           << "ConvTranspose: weights of another rank than the input";
  SmallVector<int64_t> wanted = op.integers("output_shape");
  if (wanted.size() == rank + 2)
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (!wanted.empty() && wanted.size() != rank)
    return op.operation()->emitError()
           << "ConvTranspose: output_shape has " << wanted.size()
           << " numbers; expected " << rank;
  StringRef automatic = op.string("auto_pad", "NOTSET");
  Windows w;
  w.strides = *strides;
  w.dilations = *dilations;
  w.kernel = Dims(kernel);
  w.output = Dims(positions);
  for (size_t i = 0; i < rank; ++i) {
    Dim full = g.add(
        g.add(g.mul(g.sub(positions[i], g.fixed(1)), g.fixed(w.strides[i])),
              g.fixed((*extra)[i] + 1)),
        g.mul(g.sub(kernel[i], g.fixed(1)), g.fixed(w.dilations[i])));
    Dim begin = g.fixed(0), end = g.fixed(0), size;
    if (!wanted.empty() || automatic.starts_with("SAME")) {
      size = wanted.empty() ? g.mul(positions[i], g.fixed(w.strides[i]))
                            : g.fixed(wanted[i]);
      Dim total = g.max(g.sub(full, size), g.fixed(0));
      Dim half = g.floorDiv(total, g.fixed(2));
      Dim rest = g.sub(total, half);
      // The half that is rounded down goes in front for SAME_UPPER alone.
      begin = automatic == "SAME_UPPER" ? half : rest;
      end = automatic == "SAME_UPPER" ? rest : half;
      if (!wanted.empty() && automatic == "NOTSET" &&
          !op.integers("pads").empty()) {
        begin = g.fixed((*pads)[i]);
        end = g.sub(total, begin);
      }
    } else {
      if (automatic == "NOTSET") {
        begin = g.fixed((*pads)[i]);
        end = g.fixed((*pads)[rank + i]);
      }
      size = g.max(g.sub(full, g.add(begin, end)), g.fixed(0));
    }
    w.begin.push_back(begin);
    w.end.push_back(end);
    w.input.push_back(size);
  }
  return w;
}

static LogicalResult lowerConvTranspose(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), weights = g.tensor(op.input("W"));
  Type sum = computeType(x.element);
  Dims from = g.dims(x.value), filter = g.dims(weights.value);
  int64_t groups = std::max<int64_t>(1, op.integer("group", 1));
  if (from.size() < 3 || from.size() != filter.size())
    return op.operation()->emitError()
           << "ConvTranspose: an input of rank " << from.size()
           << " and weights of rank " << filter.size()
           << "; expected the same, 3 or more";
  g.requireSame(from[1], filter[0],
                "ConvTranspose: the input's channels are not the weights'");
  auto windows = readTransposed(op, g, ArrayRef(from).drop_front(2),
                                ArrayRef(filter).drop_front(2));
  if (failed(windows))
    return failure();
  // columns[n, group, out * kernel, positions] = sum over in
  Dim positions = g.product(windows->output),
      kernel = g.product(windows->kernel);
  Dim in = g.floorDiv(from[1], g.fixed(groups)), out = filter[1];
  Dim columns = g.mul(out, kernel);
  x = g.reshape(x, {from[0], g.fixed(groups), in, positions});
  weights = g.reshape(weights, {g.fixed(groups), in, columns});
  // Loops: n, group, column, position, in.
  Tensor product =
      g.contract({g.transpose(weights, {0, 2, 1}), x},
                 {{1, 2, 4}, {0, 1, 4, 3}, {0, 1, 2, 3}},
                 {from[0], g.fixed(groups), columns, positions, in}, sum,
                 [&](ValueRange v) { return g.e.mul(v[0], v[1], sum); });
  Dim channels = g.mul(out, g.fixed(groups));
  Dims shape = {from[0], channels};
  llvm::append_range(shape, windows->kernel);
  llvm::append_range(shape, windows->output);
  Tensor y = addColumns(g, g.reshape(product, shape), {from[0], channels},
                        *windows, sum);
  Tensor bias = g.tensor(op.input("B"));
  if (bias) {
    Dims sizes(from.size() - 1, g.fixed(1));
    sizes[0] = channels;
    g.requireSame(g.dim(bias.value, 0), channels,
                  "ConvTranspose: the bias has another number of channels than "
                  "the output");
    y = g.map({y, g.reshape(bias, sizes)}, x.element,
              [&](ValueRange v) { return g.e.add(v[0], v[1], sum); });
  }
  g.set(op.output("Y"), g.cast(y, x.element));
  return success();
}

static LogicalResult lowerCol2Im(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  auto image = g.elements(op.input("image_shape"));
  auto block = g.elements(op.input("block_shape"));
  if (!image || !block)
    return notSupported(op, "shapes whose length is not known");
  size_t rank = image->size();
  if (block->size() != rank || input.rank() != 3)
    return op.operation()->emitError()
           << "Col2Im: image_shape and block_shape differ in length, or the "
              "input is not of rank 3";
  auto strides = readIntegers(op, "strides", rank, 1, 1);
  auto dilations = readIntegers(op, "dilations", rank, 1, 1);
  auto pads = readIntegers(op, "pads", 2 * rank, 0, 0);
  if (failed(strides) || failed(dilations) || failed(pads))
    return failure();
  Windows w;
  w.strides = *strides;
  w.dilations = *dilations;
  w.kernel = *block;
  w.input = *image;
  for (size_t i = 0; i < rank; ++i) {
    for (Dim size : {w.input[i], w.kernel[i]})
      if (!getConstantIntValue(size))
        g.require(g.compare(arith::CmpIPredicate::sge, size, g.fixed(1)),
                  "Col2Im: a size is not positive");
    w.begin.push_back(g.fixed((*pads)[i]));
    w.end.push_back(g.fixed((*pads)[rank + i]));
    Dim reach =
        g.add(g.mul(g.sub(w.kernel[i], g.fixed(1)), g.fixed(w.dilations[i])),
              g.fixed(1));
    Dim room = g.sub(g.add(w.input[i], g.add(w.begin[i], w.end[i])), reach);
    g.require(g.compare(arith::CmpIPredicate::sge, room, g.fixed(0)),
              "Col2Im: the block is larger than the padded image");
    w.output.push_back(
        g.add(g.floorDiv(room, g.fixed(w.strides[i])), g.fixed(1)));
  }
  Dims from = g.dims(input.value);
  Dim kernel = g.product(w.kernel), channels = g.floorDiv(from[1], kernel);
  g.requireSame(g.mul(channels, kernel), from[1],
                "Col2Im: dimension 1 is no multiple of the block");
  g.requireSame(g.product(w.output), from[2],
                "Col2Im: dimension 2 is not the number of blocks");
  Dims shape = {from[0], channels};
  llvm::append_range(shape, w.kernel);
  llvm::append_range(shape, w.output);
  Type sum =
      isFloat(input.element) ? computeType(input.element) : Type(input.element);
  Tensor image2 =
      addColumns(g, g.reshape(input, shape), {from[0], channels}, w, sum);
  g.set(op.output("output"), g.cast(image2, input.element));
  return success();
}

void llm::onnx::addConvolution(LoweringTable &table) {
  table.add("Conv", lowerConv);
  table.add("ConvInteger", lowerConvInteger);
  table.add("QLinearConv", lowerQLinearConv);
  table.add("microsoft.QLinearConv", lowerQLinearConv);
  table.add("ConvTranspose", lowerConvTranspose);
  table.add("Col2Im", lowerCol2Im);
}
