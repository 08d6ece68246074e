//===- ByteProducts.cpp - Products of 8-bit integers ----------------------===//

#include "passes/onnx/lowering/ByteProducts.h"

#include "passes/onnx/lowering/Contraction.h"

using namespace mlir;
using namespace llm::onnx;

/// The zero point of i32 that is known, as a constant; null if it is 0.
static Tensor knownZero(GraphLowering &g, DenseElementsAttr numbers,
                        bool isUnsigned) {
  SmallVector<int32_t> values;
  for (const APInt &number : numbers.getValues<APInt>())
    values.push_back(isUnsigned ? number.getZExtValue()
                                : number.getSExtValue());
  if (llvm::all_of(values, [](int32_t value) { return value == 0; }))
    return {};
  Type i32 = g.b.getI32Type();
  auto type = RankedTensorType::get(numbers.getType().getShape(), i32);
  return {arith::ConstantOp::create(
              g.b, DenseElementsAttr::get(type, ArrayRef<int32_t>(values))),
          i32};
}

/// One number without dimensions, where it is known to be one.
static Tensor squeezeOne(GraphLowering &g, Tensor x) {
  bool isOne = x && llvm::all_of(g.dims(x.value), TensorCode::isOne);
  return isOne && x.rank() ? g.reshape(x, {}) : x;
}

Bytes Bytes::read(OnnxOp op, GraphLowering &g, StringRef name, StringRef zero) {
  Bytes x{g.tensor(op.input(name)), {}};
  Value point = op.input(zero);
  if (!point)
    return x;
  if (auto numbers = g.constant(point))
    x.zero = knownZero(g, *numbers, x.areUnsigned());
  else
    x.zero = g.cast(g.tensor(point), g.b.getI32Type());
  x.zero = squeezeOne(g, x.zero);
  return x;
}

Bytes llm::onnx::withSign(GraphLowering &g, Bytes x, bool isUnsigned) {
  if (x.areUnsigned() == isUnsigned)
    return x;
  Type type = g.b.getIntegerType(8, !isUnsigned), i32 = g.b.getI32Type();
  if (!isUnsigned)
    type = g.b.getI8Type();
  Bytes y;
  y.tensor = g.map(x.tensor, type, [&](ValueRange v) -> Value {
    Value top = arith::ConstantOp::create(g.b, g.b.getI8IntegerAttr(-128));
    return arith::XOrIOp::create(g.b, v[0], top);
  });
  Value moved = g.e.integer(isUnsigned ? 128 : -128, i32);
  y.zero = x.zero
               ? g.map(x.zero, i32,
                       [&](ValueRange v) { return g.e.add(v[0], moved, i32); })
               : g.filled({}, i32, moved);
  return y;
}

Value llm::onnx::multiplyBytes(TensorCode &g, const Bytes &x, const Bytes &y,
                               ValueRange elements) {
  Type i32 = g.b.getI32Type();
  Value factor = g.e.cast(elements[0], x.tensor.element, i32);
  if (elements.size() > 2)
    factor = g.e.sub(factor, elements[2], i32);
  return g.e.mul(factor, g.e.cast(elements[1], y.tensor.element, i32), i32);
}

Tensor llm::onnx::multiplyByteMatrices(GraphLowering &g, Bytes a, Bytes b) {
  Type i32 = g.b.getI32Type();
  a.zero = squeezeOne(g, alongRows(g, a.zero));
  a = withSign(g, a, !b.areUnsigned());
  Tensor sums = multiplyMatrices(
      g, a.tensor, b.tensor, i32, a.zero,
      [&](ValueRange elements) { return multiplyBytes(g, a, b, elements); });
  if (!b.zero)
    return sums;
  int64_t rank = a.tensor.rank();
  SmallVector<Tensor> inputs = {a.tensor};
  if (a.zero)
    inputs.push_back(a.zero);
  Tensor differences = g.map(inputs, i32, [&](ValueRange v) {
    Value number = g.e.cast(v[0], a.tensor.element, i32);
    return v.size() > 1 ? g.e.sub(number, v[1], i32) : number;
  });
  Tensor rows =
      g.reduce(differences, rank - 1, /*keepDims=*/b.tensor.rank() > 1, i32,
               g.e.integer(0, i32),
               [&](Value sum, Value next) { return g.e.add(sum, next, i32); });
  return g.map({sums, rows, b.zero}, i32, [&](ValueRange v) {
    return g.e.sub(v[0], g.e.mul(v[1], v[2], i32), i32);
  });
}

std::optional<Dequantized> Dequantized::behind(GraphLowering &g, Value onnx) {
  Operation *maker = onnx ? onnx.getDefiningOp() : nullptr;
  std::optional<OnnxOp> op = maker ? OnnxOp::from(maker) : std::nullopt;
  if (!op || op->type() != "DequantizeLinear" ||
      !GraphLowering::elementOf(onnx).isF32())
    return std::nullopt;
  Type element = GraphLowering::elementOf(op->input("x"));
  bool isBlocked =
      op->schema().attribute("block_size") && op->integer("block_size");
  if (!isa<IntegerType>(element) || element.getIntOrFloatBitWidth() != 8 ||
      isBlocked)
    return std::nullopt;
  Dequantized x;
  x.scale = squeezeOne(g, g.tensor(op->input("x_scale")));
  x.bytes = Bytes::read(*op, g, "x", "x_zero_point");
  int64_t rank = x.bytes.tensor.rank();
  if (op->schema().attribute("axis"))
    x.axis = op->integer("axis", 1);
  if (x.axis < 0)
    x.axis += rank;
  bool isSpread = x.scale.rank() == 1 && x.axis >= 0 && x.axis < rank;
  if (!x.scale.element.isF32() || !(x.hasOneScale() || isSpread) ||
      (x.bytes.zero && x.bytes.zero.rank() > x.scale.rank()))
    return std::nullopt;
  return x;
}

Tensor Dequantized::scaleBefore(GraphLowering &g, int64_t after) const {
  if (hasOneScale())
    return scale;
  Dims dims = g.dims(scale.value);
  dims.append(after, g.fixed(1));
  return g.reshape(scale, dims);
}

Tensor llm::onnx::multiplyDequantized(GraphLowering &g, Value a, Value b,
                                      bool transposedA, bool transposedB) {
  auto x = Dequantized::behind(g, a), y = Dequantized::behind(g, b);
  if (!x || !y || !x->hasOneScale())
    return {};
  int64_t rankA = x->bytes.tensor.rank(), rankB = y->bytes.tensor.rank();
  if (rankA == 0 || rankB == 0 ||
      (!y->hasOneScale() &&
       (rankB < 2 || y->axis != rankB - (transposedB ? 2 : 1))))
    return {};
  if (transposedA)
    x->bytes.tensor = g.transpose(x->bytes.tensor, {1, 0});
  if (transposedB)
    y->bytes.tensor = g.transpose(y->bytes.tensor, {1, 0});
  Type real = g.b.getF32Type();
  Tensor sums = multiplyByteMatrices(g, x->bytes, y->bytes);
  return g.map({sums, x->scale, y->scale}, real, [&](ValueRange v) {
    return g.e.mul(g.e.cast(v[0], sums.element, real),
                   g.e.mul(v[1], v[2], real), real);
  });
}

Tensor llm::onnx::alongRows(GraphLowering &g, Tensor parameter) {
  if (parameter && parameter.rank() == 1) {
    Dims dims = g.dims(parameter.value);
    dims.push_back(g.fixed(1));
    return g.reshape(parameter, dims);
  }
  return parameter;
}
