// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// Axes that keep their size are left alone; one table an axis that does not.
// CHECK-LABEL: func.func @graph(
// CHECK-DAG: tensor.empty() : tensor<8xi64>
// CHECK-DAG: tensor.empty() : tensor<12xi64>
// CHECK: linalg.generic
// CHECK: tensor.extract %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}] : tensor<1x2x4x4xf32>
onnx.graph @main(%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x8x12xf32>) {
  %s = "onnx.Constant.13"() {value = dense<[1, 2, 8, 12]> : tensor<4xi64>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<4xi64>
  %0 = "onnx.Resize.13"(%x, %s) {mode = "nearest", operandSegmentSizes = array<i32: 1, 0, 0, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1x2x4x4xf32>, tensor<4xi64>) -> tensor<1x2x8x12xf32>
  onnx.return %0 : tensor<1x2x8x12xf32>
}

// -----

onnx.graph @main(%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x8x8xf32>) {
  // expected-error@+1 {{Resize: neither scales nor sizes}}
  %0 = "onnx.Resize.13"(%x) {operandSegmentSizes = array<i32: 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  onnx.return %0 : tensor<1x2x8x8xf32>
}
