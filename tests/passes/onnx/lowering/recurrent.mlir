// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// The inputs of all times are multiplied before the loop over time.
// CHECK-LABEL: func.func @graph(
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: scf.for
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-COUNT-2: math.tanh
// CHECK: scf.yield
onnx.graph @main(%x: tensor<?x2x3xf32>, %w: tensor<1x16x3xf32>, %r: tensor<1x16x4xf32>) -> (tensor<?x1x2x4xf32>) {
  %0 = "onnx.LSTM.14"(%x, %w, %r) {hidden_size = 4 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<?x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>) -> tensor<?x1x2x4xf32>
  onnx.return %0 : tensor<?x1x2x4xf32>
}

// -----

onnx.graph @main(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>) {
  // expected-error@+1 {{RNN: activation 'Sine' is none of the standard's}}
  %0 = "onnx.RNN.14"(%x, %w, %r) {activations = ["Sine"], operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> tensor<5x1x2x4xf32>
  onnx.return %0 : tensor<5x1x2x4xf32>
}
