// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file | FileCheck %s

// As many places as elements that are not 0, which the run counts.
// CHECK-LABEL: func.func @graph(
// CHECK: %[[FOUND:.*]]:2 = scf.for
// CHECK: tensor.extract_slice %[[FOUND]]#0[0] [%[[FOUND]]#1] [1]
// CHECK: linalg.generic
// CHECK: return %{{.*}} : tensor<2x?xi64>
onnx.graph @main(%x: tensor<3x4xf32>) -> (tensor<2x?xi64>) {
  %0 = "onnx.NonZero.13"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<3x4xf32>) -> tensor<2x?xi64>
  onnx.return %0 : tensor<2x?xi64>
}

// -----

// CHECK-LABEL: func.func @graph(
// CHECK: llm.require %{{.*}}, "TopK: K is larger than the dimension"
onnx.graph @main(%x: tensor<3x4xf32>, %k: tensor<1xi64>) -> (tensor<3x?xf32>) {
  %0, %1 = "onnx.TopK.11"(%x, %k) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1, 1>} : (tensor<3x4xf32>, tensor<1xi64>) -> (tensor<3x?xf32>, tensor<3x?xi64>)
  onnx.return %0 : tensor<3x?xf32>
}
