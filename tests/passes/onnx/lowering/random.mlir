// RUN: llm-opt %s --llm-lower-onnx --split-input-file | FileCheck %s

// Without training mode nothing is dropped.
// CHECK-LABEL: func.func @graph(
//  CHECK-SAME:   %[[X:.*]]: tensor<4xf32>
//       CHECK:   return %[[X]]
onnx.graph @main(%x: tensor<4xf32>) -> (tensor<4xf32>) {
  %y = "onnx.Dropout.13"(%x) {operandSegmentSizes = array<i32: 1, 0, 0>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<4xf32>) -> tensor<4xf32>
  onnx.return %y : tensor<4xf32>
}

// -----

// A number follows from its place and the seed alone.
// CHECK-LABEL: func.func @graph(
//       CHECK: linalg.index 0
//       CHECK: arith.xori
//       CHECK: arith.uitofp
onnx.graph @main() -> (tensor<4xf32>) {
  %y = "onnx.RandomUniform.1"() {shape = array<i64: 4>, seed = 1.0 : f32, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<4xf32>
  onnx.return %y : tensor<4xf32>
}
