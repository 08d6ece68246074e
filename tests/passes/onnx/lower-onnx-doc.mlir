// RUN: llm-opt %s --llm-lower-onnx --canonicalize | FileCheck %s

// Inputs broadcast by NumPy's rules; the rows of x are those of the result.
// CHECK:     func.func @graph(%[[X:.*]]: tensor<?x4xf32>, %[[B:.*]]: tensor<4xf32>) -> tensor<?x4xf32> attributes {llm.graph}
// CHECK:       %[[ROWS:.*]] = tensor.dim %[[X]]
// CHECK:       tensor.empty(%[[ROWS]])
// CHECK:       %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[B]] : tensor<?x4xf32>, tensor<4xf32>)
// CHECK:         arith.addf
// CHECK:       %[[Y:.*]] = linalg.generic {{.*}} ins(%[[SUM]] : tensor<?x4xf32>)
// CHECK:         arith.maximumf
// CHECK:       return %[[Y]]
// CHECK-NOT: onnx.
onnx.graph @main(%x: tensor<?x4xf32> {onnx.name = "x"}, %b: tensor<4xf32> {onnx.name = "b"}) -> (tensor<?x4xf32> {onnx.name = "y"}) {
  %sum = "onnx.Add.14"(%x, %b) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = "onnx.Relu.14"(%sum) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  onnx.return %y : tensor<?x4xf32>
}
