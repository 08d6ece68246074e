//===- MicrosoftQuantized.cpp - Ops on quantized tensors ------------------===//
//
// The QLinear ops of com.microsoft: each element becomes a real number by its
// tensor's scale and zero point, and the result a small integer by its own.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/ByteProducts.h"
#include "passes/onnx/lowering/Convolution.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Recurrent.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

/// A tensor with its scale and zero point, which may be null.
struct Quantized {
  GraphLowering &g;
  Tensor tensor, scale, zero;

  static Quantized read(OnnxOp op, GraphLowering &g, StringRef name,
                        StringRef prefix) {
    return {g, g.tensor(op.input(name)),
            g.tensor(op.input((prefix + "_scale").str())),
            g.tensor(op.input((prefix + "_zero_point").str()))};
  }
  Type real() { return g.b.getF32Type(); }
  /// Of its elements, in bodies; the parameters are one number each.
  Value toReal(Value x, Value scale, Value zero) {
    Value value = g.e.cast(x, tensor.element, real());
    if (zero)
      value =
          g.e.sub(value, g.e.cast(zero, this->zero.element, real()), real());
    return g.e.mul(value, scale, real());
  }
  Tensor toReal() {
    SmallVector<Tensor> inputs = {tensor, scale};
    if (zero)
      inputs.push_back(zero);
    return g.map(inputs, real(), [&](ValueRange v) {
      return toReal(v[0], v[1], zero ? v[2] : Value());
    });
  }
};

/// Real numbers as small integers.
Tensor quantizeAs(GraphLowering &g, Tensor x, Tensor scale, Tensor zero,
                  Type result) {
  Type real = g.b.getF32Type();
  SmallVector<Tensor> inputs = {x, scale};
  if (zero)
    inputs.push_back(zero);
  return g.map(inputs, result, [&](ValueRange v) {
    return quantize(g, g.e.div(v[0], v[1], real), zero ? v[2] : Value(),
                    result);
  });
}

template <Value (ElementCode::*body)(Value, Value, Type)>
LogicalResult lowerBinary(OnnxOp op, GraphLowering &g) {
  Tensor a = Quantized::read(op, g, "A", "A").toReal(),
         c = Quantized::read(op, g, "B", "B").toReal();
  Type real = g.b.getF32Type();
  Tensor y = g.map({a, c}, real,
                   [&](ValueRange v) { return (g.e.*body)(v[0], v[1], real); });
  g.set(op.output("C"), quantizeAs(g, y, g.tensor(op.input("C_scale")),
                                   g.tensor(op.input("C_zero_point")),
                                   g.elementOf(op.output("C"))));
  return success();
}

LogicalResult lowerActivation(OnnxOp op, GraphLowering &g) {
  Type real = g.b.getF32Type();
  bool isSigmoid = op.type() == "QLinearSigmoid";
  Tensor x = Quantized::read(op, g, "X", "X").toReal();
  Tensor y = g.map(x, real, [&](ValueRange v) -> Value {
    if (isSigmoid) {
      Value one = g.e.constant(1, real);
      Value power = math::ExpOp::create(g.b, g.e.neg(v[0], real));
      return g.e.div(one, g.e.add(one, power, real), real);
    }
    Value scaled = g.e.mul(v[0], g.e.constant(op.real("alpha"), real), real);
    return g.e.select(g.e.less(v[0], g.e.constant(0, real), real), scaled,
                      v[0]);
  });
  g.set(op.output("Y"), quantizeAs(g, y, g.tensor(op.input("Y_scale")),
                                   g.tensor(op.input("Y_zero_point")),
                                   g.elementOf(op.output("Y"))));
  return success();
}

/// Inputs come as triples of tensor, scale and zero point.
LogicalResult lowerConcat(OnnxOp op, GraphLowering &g) {
  OperandRange given = op.inputs("inputs");
  if (given.empty() || given.size() % 3 != 0)
    return op.operation()->emitError()
           << "QLinearConcat: " << given.size()
           << " inputs; expected a tensor, a scale and a zero point each";
  SmallVector<Tensor> parts;
  for (size_t i = 0; i < given.size(); i += 3)
    parts.push_back(Quantized{g, g.tensor(given[i]), g.tensor(given[i + 1]),
                              g.tensor(given[i + 2])}
                        .toReal());
  auto axis = normalizeAxis(op, op.integer("axis"), parts[0].rank());
  if (failed(axis))
    return failure();
  g.set(op.output("Y"),
        quantizeAs(g, g.concat(parts, *axis), g.tensor(op.input("Y_scale")),
                   g.tensor(op.input("Y_zero_point")),
                   g.elementOf(op.output("Y"))));
  return success();
}

LogicalResult lowerGlobalAveragePool(OnnxOp op, GraphLowering &g) {
  Type real = g.b.getF32Type();
  Tensor x = Quantized::read(op, g, "X", "x").toReal();
  SmallVector<int64_t> axes;
  int64_t first = op.integer("channels_last") ? 1 : 2;
  Dims sizes = g.dims(x.value);
  Dim count = g.fixed(1);
  for (int64_t i = 0; i < x.rank() - 2; ++i) {
    axes.push_back(first + i);
    count = g.mul(count, sizes[first + i]);
  }
  Tensor sums = g.reduce(x, axes, true, real, g.e.constant(0, real),
                         [&](Value a, Value v) { return g.e.add(a, v, real); });
  Value divisor = g.e.cast(g.e.fromIndex(g.index(count), g.b.getI64Type()),
                           g.b.getI64Type(), real);
  Tensor mean = g.map(
      sums, real, [&](ValueRange v) { return g.e.div(v[0], divisor, real); });
  g.set(op.output("Y"), quantizeAs(g, mean, g.tensor(op.input("y_scale")),
                                   g.tensor(op.input("y_zero_point")),
                                   g.elementOf(op.output("Y"))));
  return success();
}

LogicalResult lowerWhere(OnnxOp op, GraphLowering &g) {
  Tensor x = Quantized::read(op, g, "X", "x").toReal(),
         y = Quantized::read(op, g, "Y", "y").toReal();
  Tensor chosen =
      g.map({g.tensor(op.input("condition")), x, y}, g.b.getF32Type(),
            [&](ValueRange v) { return g.e.select(v[0], v[1], v[2]); });
  g.set(op.output("Z"), quantizeAs(g, chosen, g.tensor(op.input("z_scale")),
                                   g.tensor(op.input("z_zero_point")),
                                   g.elementOf(op.output("Z"))));
  return success();
}

/// alpha * A' * B' + C in integers, then a float or a small integer.
LogicalResult lowerGemm(OnnxOp op, GraphLowering &g) {
  Type wide = g.b.getI32Type(), real = g.b.getF32Type();
  auto read = [&](StringRef name, StringRef point, StringRef transposed) {
    Bytes x = Bytes::read(op, g, name, point);
    if (op.integer(transposed))
      x.tensor = g.transpose(x.tensor, {1, 0});
    return x;
  };
  Tensor sums = multiplyByteMatrices(g, read("A", "a_zero_point", "transA"),
                                     read("B", "b_zero_point", "transB"));
  SmallVector<Tensor> inputs = {sums, g.tensor(op.input("a_scale")),
                                g.tensor(op.input("b_scale"))};
  bool biased = static_cast<bool>(op.input("C"));
  if (biased)
    inputs.push_back(g.tensor(op.input("C")));
  double alpha = op.real("alpha", 1);
  Tensor y = g.map(inputs, real, [&](ValueRange v) {
    Value sum = biased ? g.e.add(v[0], v[3], wide) : v[0];
    Value scale =
        g.e.mul(g.e.mul(v[1], v[2], real), g.e.constant(alpha, real), real);
    return g.e.mul(g.e.cast(sum, wide, real), scale, real);
  });
  if (op.input("y_scale"))
    y = quantizeAs(g, y, g.tensor(op.input("y_scale")),
                   g.tensor(op.input("y_zero_point")),
                   g.elementOf(op.output("Y")));
  g.set(op.output("Y"), y);
  return success();
}

/// Bytes [direction, inputs, gates] and their parameters: one for each
/// direction, or [direction, gates].
LogicalResult lowerDynamicQuantizeLSTM(OnnxOp op, GraphLowering &g) {
  Recurrence layer(op, g, "LSTM");
  if (failed(layer.readAttributes()))
    return failure();
  Tensor bias = g.tensor(op.input("B")), peepholes = g.tensor(op.input("P"));
  Bytes w = Bytes::read(op, g, "W", "W_zero_point"),
        r = Bytes::read(op, g, "R", "R_zero_point");
  Tensor wScale = g.tensor(op.input("W_scale")),
         rScale = g.tensor(op.input("R_scale"));
  Dims sizes = g.dims(r.tensor.value), wSizes = g.dims(w.tensor.value);
  layer.hidden = sizes[1];
  Dim all = sizes[2], zero = g.fixed(0), one = g.fixed(1);
  g.requireSame(all, g.mul(g.fixed(4), layer.hidden),
                "DynamicQuantizeLSTM: R is not of the gates' size");
  g.requireSame(wSizes[2], all,
                "DynamicQuantizeLSTM: W is not of the gates' size");
  g.requireSame(sizes[0], g.fixed(layer.directions.size()),
                "DynamicQuantizeLSTM: R has another number of directions");
  auto weightsOf = [&](Bytes bytes, Tensor scale, Dim number, Dim inputs) {
    auto parameter = [&](Tensor x) {
      if (!x || x.rank() == 0)
        return x;
      if (x.rank() == 1)
        return g.part(x, {number}, {one}, 1);
      return g.part(x, {number, zero}, {one, g.dim(x.value, 1)}, 1);
    };
    GateWeights weights;
    weights.bytes.tensor =
        g.part(bytes.tensor, {number, zero, zero}, {one, inputs, all}, 1);
    weights.bytes.zero = parameter(bytes.zero);
    weights.scale = parameter(scale);
    return weights;
  };
  for (Direction &direction : layer.directions) {
    Dim number = g.fixed(direction.number);
    direction.inputWeights = weightsOf(w, wScale, number, wSizes[1]);
    direction.recurrentWeights = weightsOf(r, rScale, number, layer.hidden);
    if (bias) {
      direction.inputBias = g.part(bias, {number, zero}, {one, all}, 1);
      direction.recurrentBias = g.part(bias, {number, all}, {one, all}, 1);
    }
    if (peepholes)
      direction.peepholes = g.part(peepholes, {number, zero},
                                   {one, g.mul(g.fixed(3), layer.hidden)}, 1);
  }
  return layer.run();
}

} // namespace

void llm::onnx::addMicrosoftQuantized(LoweringTable &table) {
  table.add("microsoft.QLinearAdd", lowerBinary<&ElementCode::add>);
  table.add("microsoft.QLinearMul", lowerBinary<&ElementCode::mul>);
  table.add("microsoft.QLinearSigmoid", lowerActivation);
  table.add("microsoft.QLinearLeakyRelu", lowerActivation);
  table.add("microsoft.QLinearConcat", lowerConcat);
  table.add("microsoft.QLinearGlobalAveragePool", lowerGlobalAveragePool);
  table.add("microsoft.QLinearWhere", lowerWhere);
  table.add("microsoft.QGemm", lowerGemm);
  table.add("microsoft.DynamicQuantizeLSTM", lowerDynamicQuantizeLSTM);
}
