//===- Quantization.cpp - Rounding to small types by scales ---------------===//

#include "passes/onnx/lowering/Quantization.h"

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

Value llm::onnx::truncateToSmall(TensorCode &g, Value number, Type type) {
  Type wide = g.b.getI32Type();
  return g.e.cast(arith::FPToSIOp::create(g.b, wide, number), wide, type);
}

Value llm::onnx::roundToZeroPoint(TensorCode &g, Value scaled, Value zeroPoint,
                                  Type type, Type real, bool saturate) {
  if (isFloat(type)) {
    if (zeroPoint)
      scaled = g.e.add(scaled, g.e.cast(zeroPoint, type, real), real);
    return g.e.cast(scaled, real, type, saturate);
  }
  Value result = math::RoundEvenOp::create(g.b, scaled);
  if (zeroPoint)
    result = g.e.add(result, g.e.cast(zeroPoint, type, real), real);
  // Comparisons that NaN fails, so that it becomes the lowest number.
  auto bound = [&](Value limit) { return g.e.cast(limit, type, real); };
  Value low = bound(g.e.smallest(type)), high = bound(g.e.largest(type));
  result = g.e.select(g.e.less(low, result, real), result, low);
  result = g.e.select(g.e.less(result, high, real), result, high);
  return type.getIntOrFloatBitWidth() < 32 ? truncateToSmall(g, result, type)
                                           : g.e.cast(result, real, type);
}

DynamicallyQuantized llm::onnx::quantizeDynamically(TensorCode &g, Tensor x,
                                                    bool eachRow) {
  Type f32 = g.b.getF32Type(), type = g.b.getIntegerType(8, false);
  SmallVector<int64_t> axes = {x.rank() - 1};
  if (!eachRow)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, x.rank()));
  Value zero = g.e.constant(0, f32);
  Tensor low = g.reduce(x, axes, eachRow, f32, zero, [&](Value a, Value next) {
    return g.e.min(a, next, f32);
  });
  Tensor high = g.reduce(x, axes, eachRow, f32, zero, [&](Value a, Value next) {
    return g.e.max(a, next, f32);
  });
  Tensor scale = g.map({low, high}, f32, [&](ValueRange v) {
    Value range = g.e.sub(v[1], v[0], f32);
    Value one = g.e.constant(1, f32);
    range = g.e.select(g.e.equal(range, zero, f32), one, range);
    return g.e.div(range, g.e.constant(255, f32), f32);
  });
  Tensor zeroPoint = g.map({low, scale}, type, [&](ValueRange v) {
    Value scaled = g.e.neg(g.e.div(v[0], v[1], f32), f32);
    return roundToZeroPoint(g, scaled, {}, type, f32);
  });
  Tensor y = g.map({x, scale, zeroPoint}, type, [&](ValueRange v) {
    return roundToZeroPoint(g, g.e.div(v[0], v[1], f32), v[2], type, f32);
  });
  return {y, scale, zeroPoint};
}

Tensor llm::onnx::spreadParameter(TensorCode &g, Tensor parameter, Tensor x,
                                  QuantizedAxis along) {
  if (!parameter)
    return parameter;
  Dims dims = g.dims(x.value), own = g.dims(parameter.value);
  if (along.blockSize > 0 && parameter.rank() == x.rank()) {
    g.requireSame(g.ceilDiv(dims[along.axis], g.fixed(along.blockSize)),
                  own[along.axis],
                  "the scales are not one for each block along the axis");
    for (auto [i, dim] : llvm::enumerate(dims))
      if (static_cast<int64_t>(i) != along.axis)
        g.requireSame(dim, own[i],
                      "the scales have another shape than the "
                      "blocks of the input");
    Value block = g.index(along.blockSize);
    return g.tabulate(dims, parameter.element, [&](ValueRange place) {
      SmallVector<Value> at = llvm::to_vector_of<Value>(place);
      at[along.axis] = arith::DivUIOp::create(g.b, at[along.axis], block);
      return g.at(parameter, at);
    });
  }
  if (parameter.rank() != 1 || x.rank() == 0)
    return parameter.rank() == 1 ? g.reshape(parameter, {}) : parameter;
  if (TensorCode::isOne(own[0]))
    return g.reshape(parameter, {});
  Dims to(x.rank(), g.fixed(1));
  to[along.axis] = own[0];
  return g.reshape(parameter, to);
}

namespace {

FailureOr<QuantizedAxis> readAxis(OnnxOp op, GraphLowering &g, Tensor x,
                                  Tensor scale) {
  QuantizedAxis along;
  if (!op.schema().attribute("axis") || x.rank() == 0 || scale.rank() == 0)
    return along;
  if (op.schema().attribute("block_size"))
    along.blockSize = op.integer("block_size");
  int64_t axis = op.integer("axis", 1);
  // The default is of no meaning to one scale for all of a vector.
  if (scale.rank() == 1 && TensorCode::isOne(g.dim(scale.value, 0)))
    axis = std::clamp<int64_t>(axis, -x.rank(), x.rank() - 1);
  FailureOr<int64_t> place = normalizeAxis(op, axis, x.rank());
  if (failed(place))
    return failure();
  along.axis = *place;
  if (along.blockSize == 0 && scale.rank() > 1)
    return notSupported(op, "scales of more than one dimension without a block "
                            "size");
  return along;
}

/// What is computed in: f64 for f64 and for what `precision` asks, else f32.
Type precisionOf(GraphLowering &g, ArrayRef<Type> types) {
  bool isWide = llvm::any_of(types, [](Type type) { return type.isF64(); });
  return isWide ? Type(g.b.getF64Type()) : Type(g.b.getF32Type());
}

LogicalResult lowerQuantize(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("x")), scale = g.tensor(op.input("y_scale")),
         zeroPoint = g.tensor(op.input("y_zero_point"));
  FailureOr<QuantizedAxis> along = readAxis(op, g, x, scale);
  if (failed(along))
    return failure();
  Type type = g.elementOf(op.output("y"));
  Type real = precisionOf(g, {x.element, scale.element});
  bool saturate =
      !op.schema().attribute("saturate") || op.integer("saturate", 1);
  SmallVector<Tensor> inputs = {x, spreadParameter(g, scale, x, *along)};
  if (zeroPoint)
    inputs.push_back(spreadParameter(g, zeroPoint, x, *along));
  g.set(op.output("y"), g.map(inputs, type, [&](ValueRange v) {
    Value scaled = g.e.div(g.e.cast(v[0], x.element, real),
                           g.e.cast(v[1], scale.element, real), real);
    return roundToZeroPoint(g, scaled, v.size() > 2 ? v[2] : Value(), type,
                            real, saturate);
  }));
  return success();
}

LogicalResult lowerDequantize(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("x")), scale = g.tensor(op.input("x_scale")),
         zeroPoint = g.tensor(op.input("x_zero_point"));
  FailureOr<QuantizedAxis> along = readAxis(op, g, x, scale);
  if (failed(along))
    return failure();
  Type type = g.elementOf(op.output("y"));
  Type real = precisionOf(g, {type, scale.element});
  SmallVector<Tensor> inputs = {x, spreadParameter(g, scale, x, *along)};
  if (zeroPoint && !isFloat(x.element))
    inputs.push_back(spreadParameter(g, zeroPoint, x, *along));
  g.set(op.output("y"), g.map(inputs, type, [&](ValueRange v) {
    Value number = g.e.cast(v[0], x.element, real);
    if (v.size() > 2) {
      // Differences of small integers are exact in 32 bits.
      Type wide = g.b.getI32Type();
      Value difference = g.e.sub(g.e.cast(v[0], x.element, wide),
                                 g.e.cast(v[2], x.element, wide), wide);
      number = g.e.cast(difference, wide, real);
    }
    Value result = g.e.mul(number, g.e.cast(v[1], scale.element, real), real);
    return g.e.cast(result, real, type);
  }));
  return success();
}

LogicalResult lowerDynamicQuantize(OnnxOp op, GraphLowering &g) {
  DynamicallyQuantized y = quantizeDynamically(g, g.tensor(op.input("x")));
  g.set(op.output("y"), y.tensor);
  g.set(op.output("y_scale"), y.scale);
  g.set(op.output("y_zero_point"), y.zero);
  return success();
}

} // namespace

void llm::onnx::addQuantization(LoweringTable &table) {
  table.add("QuantizeLinear", lowerQuantize);
  table.add("DequantizeLinear", lowerDequantize);
  table.add("DynamicQuantizeLinear", lowerDynamicQuantize);
  // For 16 and 4 bits, before ONNX had them.
  table.add("microsoft.QuantizeLinear", lowerQuantize);
  table.add("microsoft.DequantizeLinear", lowerDequantize);
}
