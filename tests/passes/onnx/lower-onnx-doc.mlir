// RUN: llm-opt %s --llm-lower-onnx --canonicalize | FileCheck %s

// Elementwise ops are loops that linalg fuses; inputs broadcast by NumPy's rules.
// CHECK-LABEL: func.func @graph(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x4xf32>, %[[Y:.*]]: tensor<4xf32>) -> tensor<?x4xf32> attributes {llm.graph}
//       CHECK:   %[[S:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[Y]] : tensor<?x4xf32>, tensor<4xf32>)
//       CHECK:     arith.addf
//       CHECK:   %[[R:.*]] = linalg.generic {{.*}} ins(%[[S]] : tensor<?x4xf32>)
//       CHECK:     arith.maximumf
//       CHECK:   return %[[R]]
onnx.graph @adds_and_cuts_off(%x: tensor<?x4xf32>, %y: tensor<4xf32>) -> tensor<?x4xf32> {
  %0 = "onnx.Add.14"(%x, %y) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %1 = "onnx.Relu.14"(%0) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<?x4xf32>) -> tensor<?x4xf32>
  onnx.return %1 : tensor<?x4xf32>
}
