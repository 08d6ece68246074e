//===- MatMul.cpp - Products of matrices ----------------------------------===//
//
// MatMul, Gemm and the products of quantized integers. Sums of integers are of
// 32 bits at least, sums of halves f32.
//
//===----------------------------------------------------------------------===//

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
  Tensor sums = multiplyMatrices(g, a, c, computeType(a.element));
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
  Tensor product =
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

/// Zero points and scales of rows of the left matrix come as one number, as a
/// vector of them or with the matrix' dimensions, the summed one 1; those of
/// the right matrix' columns broadcast as they are.
Tensor alongRows(GraphLowering &g, Tensor parameter) {
  if (parameter && parameter.rank() == 1) {
    Dims dims = g.dims(parameter.value);
    dims.push_back(g.fixed(1));
    return g.reshape(parameter, dims);
  }
  return parameter;
}

/// A matrix without its zero point, as `type`.
Tensor withoutZeroPoint(GraphLowering &g, Tensor x, Tensor zeroPoint,
                        Type type) {
  SmallVector<Tensor> inputs = {x};
  if (zeroPoint)
    inputs.push_back(zeroPoint);
  return g.map(inputs, type, [&](ValueRange v) {
    Value result = g.e.cast(v[0], x.element, type);
    if (v.size() > 1)
      result = g.e.sub(result, g.e.cast(v[1], inputs[1].element, type), type);
    return result;
  });
}

LogicalResult lowerMatMulInteger(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A")), c = g.tensor(op.input("B"));
  if (failed(requireVectorsAtLeast(op, {a, c})))
    return failure();
  // Differences of two bytes.
  Type sum = g.b.getI32Type(), factor = g.b.getI16Type();
  a = withoutZeroPoint(g, a, alongRows(g, g.tensor(op.input("a_zero_point"))),
                       factor);
  c = withoutZeroPoint(g, c, g.tensor(op.input("b_zero_point")), factor);
  g.set(op.output("Y"), multiplyMatrices(g, a, c, sum));
  return success();
}

LogicalResult lowerQLinearMatMul(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("a")), c = g.tensor(op.input("b"));
  if (failed(requireVectorsAtLeast(op, {a, c})))
    return failure();
  Type f32 = g.b.getF32Type();
  bool isReal = isFloat(a.element);
  Type sum = isReal ? f32 : Type(g.b.getI32Type()),
       factor = isReal ? f32 : Type(g.b.getI16Type());
  a = withoutZeroPoint(g, a, alongRows(g, g.tensor(op.input("a_zero_point"))),
                       factor);
  c = withoutZeroPoint(g, c, g.tensor(op.input("b_zero_point")), factor);
  Tensor sums = multiplyMatrices(g, a, c, sum);
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
        Value scaled = g.e.mul(g.e.cast(v[0], sum, f32), scale, f32);
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
