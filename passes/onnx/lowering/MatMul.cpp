//===- MatMul.cpp - Products of matrices ----------------------------------===//
//
// MatMul, Gemm and the products of quantized integers. Sums of integers are of
// 32 bits at least, sums of halves f32.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/ByteProducts.h"
#include "passes/onnx/lowering/Contraction.h"
#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Quantization.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

LogicalResult requireVectorsAtLeast(OnnxOp op, ArrayRef<Tensor> tensors) {
  for (Tensor tensor : tensors)
    if (tensor.rank() == 0)
      return op.operation()->emitError()
             << op.type()
             << ": an input is a scalar; accepted: rank 1 and more";
  return success();
}

LogicalResult lowerMatMul(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A")), c = g.tensor(op.input("B"));
  if (failed(requireVectorsAtLeast(op, {a, c})))
    return failure();
  Tensor sums = multiplyDequantized(g, op.input("A"), op.input("B"));
  if (!sums)
    sums = multiplyMatrices(g, a, c, computeType(a.element));
  g.set(op.output("Y"), g.cast(sums, a.element));
  return success();
}

/// alpha * A' * B' + beta * C.
LogicalResult lowerGemm(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A")), c = g.tensor(op.input("B"));
  Type type = a.element, sum = computeType(type);
  if (a.rank() != 2 || c.rank() != 2)
    return op.operation()->emitError() << "Gemm: ranks " << a.rank() << " and "
                                       << c.rank() << "; accepted: 2 and 2";
  bool transposedA = op.integer("transA"), transposedB = op.integer("transB");
  constexpr int64_t kRows = 0, kColumns = 1, kSummed = 2;
  SmallVector<int64_t> labelsA = {kRows, kSummed},
                       labelsB = {kSummed, kColumns};
  g.requireSame(g.dim(a.value, transposedA ? 0 : 1),
                g.dim(c.value, transposedB ? 1 : 0),
                "Gemm: A has another number of columns than B has rows");
  if (transposedA)
    std::swap(labelsA[0], labelsA[1]);
  if (transposedB)
    std::swap(labelsB[0], labelsB[1]);
  Tensor product = multiplyDequantized(g, op.input("A"), op.input("B"),
                                       transposedA, transposedB);
  if (!product)
    product =
        contractLabels(g, {{a, labelsA}, {c, labelsB}}, {kRows, kColumns}, sum);
  // What is multiplied by a number that is no integer is not computed in one.
  double alpha = op.real("alpha", 1), beta = op.real("beta", 1);
  Type real = isFloat(type) ? sum : Type(g.b.getF64Type());
  auto scaled = [&](Value x, Type from, double factor) -> Value {
    if (factor == 1)
      return g.e.cast(x, from, sum);
    Value product =
        g.e.mul(g.e.cast(x, from, real), g.e.constant(factor, real), real);
    return g.e.cast(product, real, sum);
  };
  SmallVector<Tensor> inputs = {product};
  Value added = op.input("C");
  if (added && beta != 0)
    inputs.push_back(g.tensor(added));
  g.set(op.output("Y"), g.map(inputs, type, [&](ValueRange v) {
    Value result = scaled(v[0], sum, alpha);
    if (v.size() > 1)
      result = g.e.add(result, scaled(v[1], inputs[1].element, beta), sum);
    return g.e.cast(result, sum, type);
  }));
  return success();
}

LogicalResult lowerMatMulInteger(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A")), c = g.tensor(op.input("B"));
  if (failed(requireVectorsAtLeast(op, {a, c})))
    return failure();
  g.set(op.output("Y"),
        multiplyByteMatrices(g, Bytes::read(op, g, "A", "a_zero_point"),
                             Bytes::read(op, g, "B", "b_zero_point")));
  return success();
}

LogicalResult lowerQLinearMatMul(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("a")), c = g.tensor(op.input("b"));
  if (failed(requireVectorsAtLeast(op, {a, c})))
    return failure();
  Type f32 = g.b.getF32Type();
  // Of 8-bit floats the numbers are multiplied.
  auto multiply = [&] {
    if (!isFloat(a.element))
      return multiplyByteMatrices(g, Bytes::read(op, g, "a", "a_zero_point"),
                                  Bytes::read(op, g, "b", "b_zero_point"));
    auto difference = [&](Tensor x, Tensor zero) {
      return g.map({x, zero}, f32, [&](ValueRange v) {
        return g.e.sub(g.e.cast(v[0], x.element, f32),
                       g.e.cast(v[1], zero.element, f32), f32);
      });
    };
    return multiplyMatrices(
        g, difference(a, alongRows(g, g.tensor(op.input("a_zero_point")))),
        difference(c, g.tensor(op.input("b_zero_point"))), f32);
  };
  Tensor sums = multiply();
  auto real = [&](Tensor x) { return g.cast(x, f32); };
  Tensor scaleA = real(alongRows(g, g.tensor(op.input("a_scale")))),
         scaleB = real(g.tensor(op.input("b_scale"))),
         scaleY = real(alongRows(g, g.tensor(op.input("y_scale")))),
         zeroPoint = alongRows(g, g.tensor(op.input("y_zero_point")));
  Type type = zeroPoint.element;
  g.set(
      op.output("y"),
      g.map({sums, scaleA, scaleB, scaleY, zeroPoint}, type, [&](ValueRange v) {
        Value scale = g.e.div(g.e.mul(v[1], v[2], f32), v[3], f32);
        Value scaled = g.e.mul(g.e.cast(v[0], sums.element, f32), scale, f32);
        return roundToZeroPoint(g, scaled, v[4], type, f32);
      }));
  return success();
}

} // namespace

void llm::onnx::addMatMul(LoweringTable &table) {
  table.add("MatMul", lowerMatMul);
  table.add("Gemm", lowerGemm);
  table.add("MatMulInteger", lowerMatMulInteger);
  table.add("QLinearMatMul", lowerQLinearMatMul);
}
