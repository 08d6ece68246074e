//===- MicrosoftProducts.cpp - Products of matrices of com.microsoft ------===//

#include "passes/onnx/lowering/ByteProducts.h"
#include "passes/onnx/lowering/Contraction.h"
#include "passes/onnx/lowering/Convolution.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/PackedBits.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

//===----------------------------------------------------------------------===//
// Weights of few bits
//===----------------------------------------------------------------------===//

/// Y = A * B' + bias, where B is [N, blocks, bytes of a block] and each block
/// has a scale and a zero point.
LogicalResult lowerMatMulNBits(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A")), packed = g.tensor(op.input("B")),
         scales = g.tensor(op.input("scales")),
         zeros = g.tensor(op.input("zero_points")),
         groups = g.tensor(op.input("g_idx")),
         bias = g.tensor(op.input("bias"));
  int64_t rows = op.integer("K"), columns = op.integer("N"),
          block = op.integer("block_size"), bits = op.integer("bits", 4);
  if (bits < 2 || bits > 8 || block < 1 || rows < 1 || columns < 1)
    return op.operation()->emitError()
           << "MatMulNBits: K, N, block_size and bits are " << rows << ", "
           << columns << ", " << block << " and " << bits;
  if (op.integer("weight_prepacked"))
    return notSupported(op, "weights prepacked for one kind of device");
  int64_t blocks = llvm::divideCeil(rows, block),
          bytes = llvm::divideCeil(block * bits, 8),
          zeroBytes = llvm::divideCeil(blocks * bits, 8);
  auto shaped = [&](Tensor tensor, ArrayRef<int64_t> shape, StringRef name) {
    Dims sizes = g.fixed(shape);
    g.requireSame(g.product(g.dims(tensor.value)), g.product(sizes),
                  "MatMulNBits: " + name +
                      " is not of the size that K, N and block_size say");
    return g.reshape(tensor, sizes);
  };
  g.requireSame(g.dims(a.value).back(), g.fixed(rows),
                "MatMulNBits: A has another number of columns than K");
  packed = shaped(packed, {columns, blocks, bytes}, "B");
  scales = shaped(scales, {columns, blocks}, "scales");
  bool packedZeros = zeros && isInteger(zeros.element);
  if (zeros)
    zeros = shaped(zeros, {columns, packedZeros ? zeroBytes : blocks},
                   "zero_points");
  Type wide = g.b.getI32Type(), sum = computeType(a.element);
  // [K, N], so that columns run along the innermost loop of the product.
  Tensor weights =
      g.tabulate(g.fixed({rows, columns}), sum, [&](ValueRange place) {
        Value column = place[1];
        Dim inBlock = g.fixed(block), own = g.floorDiv(place[0], inBlock);
        Dim number = g.sub(place[0], g.mul(own, inBlock));
        Value value =
            unpackBits(g, packed, {column, g.index(own)}, number, bits);
        Dim scaled = own;
        if (groups)
          scaled =
              g.checked(g.e.toIndex(g.at(groups, place[0]), groups.element),
                        g.fixed(blocks), "MatMulNBits: g_idx out of range");
        SmallVector<Value> at = {column, g.index(scaled)};
        Value zero = g.e.constant(1 << (bits - 1), sum);
        if (packedZeros)
          zero =
              g.e.cast(unpackBits(g, zeros, {column}, scaled, bits), wide, sum);
        else if (zeros)
          zero = g.e.cast(g.at(zeros, at), zeros.element, sum);
        Value scale = g.e.cast(g.at(scales, at), scales.element, sum);
        return g.e.mul(g.e.sub(g.e.cast(value, wide, sum), zero, sum), scale,
                       sum);
      });
  Tensor y = multiplyMatrices(g, a, weights, sum);
  SmallVector<Tensor> inputs = {y};
  if (bias)
    inputs.push_back(bias);
  g.set(op.output("Y"), g.map(inputs, a.element, [&](ValueRange v) {
    return v.size() > 1 ? g.e.add(v[0], v[1], sum) : v[0];
  }));
  return success();
}

//===----------------------------------------------------------------------===//
// Fused products
//===----------------------------------------------------------------------===//

LogicalResult lowerFusedMatMul(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A")), c = g.tensor(op.input("B"));
  bool hasBatch = op.schema().attribute("transBatchA");
  auto arrange = [&](Tensor x, bool transposed, bool batchInside) {
    if (x.rank() < 2)
      return x;
    SmallVector<int64_t> order =
        llvm::to_vector(llvm::seq<int64_t>(0, x.rank()));
    // [m, batch..., k] instead of [batch..., m, k].
    if (batchInside && x.rank() > 2)
      std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
    if (transposed)
      std::swap(order[order.size() - 1], order[order.size() - 2]);
    return llvm::is_sorted(order) ? x : g.transpose(x, order);
  };
  a = arrange(a, op.integer("transA"), hasBatch && op.integer("transBatchA"));
  c = arrange(c, op.integer("transB"), hasBatch && op.integer("transBatchB"));
  Type sum = computeType(a.element);
  double alpha = op.real("alpha", 1);
  Tensor y = multiplyMatrices(g, a, c, sum);
  g.set(op.output("Y"), g.map(y, a.element, [&](ValueRange v) {
    return alpha == 1 ? v[0] : g.e.mul(v[0], g.e.constant(alpha, sum), sum);
  }));
  return success();
}

/// Conv, a tensor that is added, and an activation.
LogicalResult lowerFusedConv(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Type sum = computeType(x.element);
  auto y = convolve(op, g, {x, g.tensor(op.input("W"))},
                    g.tensor(op.input("B")), sum);
  if (failed(y))
    return failure();
  StringRef name = op.string("activation");
  SmallVector<double> parameters = op.reals("activation_params");
  auto parameter = [&](size_t i, double otherwise) {
    return g.e.constant(i < parameters.size() ? parameters[i] : otherwise, sum);
  };
  static constexpr StringRef known[] = {
      "", "Relu", "Tanh", "Sigmoid", "Clip", "LeakyRelu", "HardSigmoid"};
  if (!llvm::is_contained(known, name))
    return notSupported(op, "the activation " + name);
  SmallVector<Tensor> inputs = {*y};
  if (op.input("Z"))
    inputs.push_back(g.tensor(op.input("Z")));
  g.set(op.output("Y"), g.map(inputs, x.element, [&](ValueRange v) -> Value {
    Value value = v.size() > 1 ? g.e.add(v[0], v[1], sum) : v[0];
    Value zero = g.e.constant(0, sum), one = g.e.constant(1, sum);
    if (name == "Relu")
      return g.e.max(value, zero, sum);
    if (name == "Tanh")
      return math::TanhOp::create(g.b, value);
    if (name == "Sigmoid") {
      Value power = math::ExpOp::create(g.b, g.e.neg(value, sum));
      return g.e.div(one, g.e.add(one, power, sum), sum);
    }
    if (name == "Clip")
      return g.e.min(g.e.max(value, parameter(0, -3.4e38), sum),
                     parameter(1, 3.4e38), sum);
    if (name == "LeakyRelu")
      return g.e.select(g.e.less(value, zero, sum),
                        g.e.mul(value, parameter(0, 0.01), sum), value);
    if (name == "HardSigmoid") {
      Value line = g.e.add(g.e.mul(value, parameter(0, 0.2), sum),
                           parameter(1, 0.5), sum);
      return g.e.max(zero, g.e.min(one, line, sum), sum);
    }
    return value;
  }));
  return success();
}

//===----------------------------------------------------------------------===//
// Quantized products
//===----------------------------------------------------------------------===//

/// sums * scaleA * scaleB + bias.
Tensor scaleSums(GraphLowering &g, Tensor sums, Tensor scaleA, Tensor scaleB,
                 Tensor bias, Type result) {
  Type real = g.b.getF32Type();
  SmallVector<Tensor> inputs = {sums, scaleA, scaleB};
  if (bias)
    inputs.push_back(bias);
  return g.map(inputs, result, [&](ValueRange v) {
    Value y = g.e.mul(g.e.cast(v[0], sums.element, real),
                      g.e.mul(v[1], v[2], real), real);
    return bias ? g.e.add(y, v[3], real) : y;
  });
}

LogicalResult lowerMatMulIntegerToFloat(OnnxOp op, GraphLowering &g) {
  Tensor sums = multiplyByteMatrices(g, Bytes::read(op, g, "A", "a_zero_point"),
                                     Bytes::read(op, g, "B", "b_zero_point"));
  g.set(op.output("Y"),
        scaleSums(g, sums, g.tensor(op.input("a_scale")),
                  g.tensor(op.input("b_scale")), g.tensor(op.input("bias")),
                  g.elementOf(op.output("Y"))));
  return success();
}

LogicalResult lowerDynamicQuantizeMatMul(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A"));
  Type real = a.element, byte = g.b.getIntegerType(8, false);
  // A's range, which holds 0, gives its scale and zero point.
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, a.rank()));
  Value zero = g.e.constant(0, real), most = g.e.constant(255, real);
  Tensor low = g.reduce(a, axes, false, real, zero, [&](Value all, Value v) {
    return g.e.min(all, v, real);
  });
  Tensor high = g.reduce(a, axes, false, real, zero, [&](Value all, Value v) {
    return g.e.max(all, v, real);
  });
  Tensor scale = g.map({low, high}, real, [&](ValueRange v) {
    Value step = g.e.div(g.e.sub(v[1], v[0], real), most, real);
    return g.e.select(g.e.equal(step, zero, real), g.e.constant(1, real), step);
  });
  Tensor point = g.map({low, scale}, byte, [&](ValueRange v) {
    Value at = g.e.div(g.e.neg(v[0], real), v[1], real);
    return quantize(g, at, {}, byte);
  });
  Tensor small = g.map({a, scale, point}, byte, [&](ValueRange v) {
    return quantize(g, g.e.div(v[0], v[1], real), v[2], byte);
  });
  Tensor sums =
      multiplyByteMatrices(g, {small, g.cast(point, g.b.getI32Type())},
                           Bytes::read(op, g, "B", "b_zero_point"));
  g.set(op.output("Y"), scaleSums(g, sums, scale, g.tensor(op.input("b_scale")),
                                  g.tensor(op.input("bias")), real));
  return success();
}

} // namespace

void llm::onnx::addMicrosoftProducts(LoweringTable &table) {
  table.add("microsoft.MatMulNBits", lowerMatMulNBits);
  table.add("microsoft.FusedMatMul", lowerFusedMatMul);
  table.add("microsoft.TransposeMatMul", lowerFusedMatMul);
  table.add("microsoft.FusedConv", lowerFusedConv);
  table.add("microsoft.MatMulIntegerToFloat", lowerMatMulIntegerToFloat);
  table.add("microsoft.DynamicQuantizeMatMul", lowerDynamicQuantizeMatMul);
}
