// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics | FileCheck %s

// Only the two experts of a row are multiplied with it.
// CHECK-LABEL: func.func @graph(
// CHECK: tensor.empty(%{{.*}}) : tensor<?x2xi64>
// CHECK: math.exp
// CHECK: tensor.empty(%{{.*}}) : tensor<?x2x32xf32>
// CHECK: return %{{.*}} : tensor<?x16xf32>
onnx.graph @main(%x: tensor<?x16xf32>, %r: tensor<?x4xf32>, %w1: tensor<4x32x16xf32>, %w2: tensor<4x16x32xf32>) -> (tensor<?x16xf32>) {
  %y = "onnx.microsoft.MoE.1"(%x, %r, %w1, %w2) {k = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<?x16xf32>, tensor<?x4xf32>, tensor<4x32x16xf32>, tensor<4x16x32xf32>) -> tensor<?x16xf32>
  onnx.return %y : tensor<?x16xf32>
}

// -----

onnx.graph @main(%x: tensor<?x16xf32>, %r: tensor<?x4xf32>, %w1: tensor<4x32x16xf32>, %w2: tensor<4x16x32xf32>) -> (tensor<?x16xf32>) {
  // expected-error@+1 {{MoE: activation_type 'tanh'; accepted: relu, gelu, silu, swiglu, identity}}
  %y = "onnx.microsoft.MoE.1"(%x, %r, %w1, %w2) {activation_type = "tanh", operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<?x16xf32>, tensor<?x4xf32>, tensor<4x32x16xf32>, tensor<4x16x32xf32>) -> tensor<?x16xf32>
  onnx.return %y : tensor<?x16xf32>
}
