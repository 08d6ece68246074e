// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @graph(
// CHECK: tensor.expand_shape
// CHECK: linalg.generic
// CHECK: tensor.collapse_shape
// CHECK: return %{{.*}} : tensor<1x2x6x4xf32>
onnx.graph @main(%x: tensor<1x8x3x2xf32>) -> (tensor<1x2x6x4xf32>) {
  %0 = "onnx.DepthToSpace.13"(%x) {blocksize = 2 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1x8x3x2xf32>) -> tensor<1x2x6x4xf32>
  onnx.return %0 : tensor<1x2x6x4xf32>
}

// -----

onnx.graph @main(%x: tensor<4xf32>) -> (tensor<4xf32>) {
  // expected-error@+1 {{Trilu: an input of rank 1; accepted: 2 and more}}
  %0 = "onnx.Trilu.14"(%x) {operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<4xf32>) -> tensor<4xf32>
  onnx.return %0 : tensor<4xf32>
}
