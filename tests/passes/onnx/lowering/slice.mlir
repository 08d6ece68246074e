// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// Sizes that are known stay known; a whole tensor is left alone.
// CHECK-LABEL: func.func @graph(
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<?x2xf32>)
// CHECK-NOT: linalg.generic
// CHECK: return %{{.*}} : tensor<?x2xf32>
onnx.graph @main(%x: tensor<?x5xf32>) -> (tensor<?x2xf32>) {
  %0 = "onnx.Slice.1"(%x) {starts = array<i64: 3>, ends = array<i64: -5>, axes = array<i64: 1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x5xf32>) -> tensor<?x0xf32>
  %1 = "onnx.Slice.1"(%x) {starts = array<i64: 0>, ends = array<i64: 9223372036854775807>, axes = array<i64: 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x5xf32>) -> tensor<?x5xf32>
  %2 = "onnx.Slice.1"(%1) {starts = array<i64: 1>, ends = array<i64: -2>, axes = array<i64: -1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x5xf32>) -> tensor<?x2xf32>
  onnx.return %2 : tensor<?x2xf32>
}

// -----

// What only the run knows: a step that may be of either sign, not 0.
// CHECK-LABEL: func.func @graph(
// CHECK: llm.require %{{.*}}, "Slice: a step is 0"
onnx.graph @main(%x: tensor<5xf32>, %n: tensor<1xi64>) -> (tensor<?xf32>) {
  %0 = "onnx.Slice.13"(%x, %n, %n, %n, %n) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<5xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  onnx.return %0 : tensor<?xf32>
}

// -----

onnx.graph @main(%x: tensor<5xf32>) -> (tensor<2xf32>) {
  // expected-error@+1 {{Split: 3 sizes for 2 outputs}}
  %0:2 = "onnx.Split.11"(%x) {split = array<i64: 1, 2, 2>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 2>} : (tensor<5xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  onnx.return %0#0 : tensor<2xf32>
}
