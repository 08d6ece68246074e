// RUN: llm-opt %s --llm-lower-onnx --canonicalize --cse | FileCheck %s

// Shape, Gather, ReduceProd, Slice, Concat: nothing is left but a product.
// CHECK-LABEL: func.func @graph(
// CHECK-SAME: %[[X:.*]]: tensor<?x3x?xf32>)
// CHECK-DAG: %[[ROWS:.*]] = tensor.dim %[[X]], %c0
// CHECK-DAG: %[[COLUMNS:.*]] = tensor.dim %[[X]], %c2
// CHECK: %[[PRODUCT:.*]] = arith.muli %[[ROWS]], %c3
// CHECK-NOT: linalg.generic
// CHECK: tensor.reshape %[[X]]
onnx.graph @main(%x: tensor<?x3x?xf32>) -> (tensor<?x?xf32>) {
  %s = "onnx.Shape.19"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x3x?xf32>) -> tensor<3xi64>
  %i = "onnx.Constant.13"() {value = dense<[0, 1]> : tensor<2xi64>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xi64>
  %a = "onnx.Gather.13"(%s, %i) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<3xi64>, tensor<2xi64>) -> tensor<2xi64>
  %p = "onnx.ReduceProd.18"(%a) {operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<2xi64>) -> tensor<1xi64>
  %two = "onnx.Constant.13"() {value = dense<2> : tensor<1xi64>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<1xi64>
  %three = "onnx.Constant.13"() {value_ints = array<i64: 3>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<1xi64>
  %w = "onnx.Slice.13"(%s, %two, %three) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<3xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %sh = "onnx.Concat.13"(%p, %w) {axis = 0 : i64, operandSegmentSizes = array<i32: 2>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %r = "onnx.Reshape.19"(%x, %sh) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x3x?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  onnx.return %r : tensor<?x?xf32>
}
