// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// One row of coefficients stands for two classes.
// CHECK-LABEL: func.func @graph(
// CHECK-DAG: arith.constant dense<[7, 9]> : tensor<2xi64>
// CHECK: return %{{.*}}, %{{.*}} : tensor<?xi64>, tensor<?x2xf32>
onnx.graph @main(%x: tensor<?x2xf32>) -> (tensor<?xi64>, tensor<?x2xf32>) {
  %0:2 = "onnx.ml.LinearClassifier.1"(%x) {coefficients = array<f32: 1.0, 2.0>, classlabels_ints = array<i64: 7, 9>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1, 1>} : (tensor<?x2xf32>) -> (tensor<?xi64>, tensor<?x2xf32>)
  onnx.return %0#0, %0#1 : tensor<?xi64>, tensor<?x2xf32>
}

// -----

onnx.graph @main(%x: tensor<?x2xf32>) -> (tensor<?x3xf32>) {
  // expected-error@+1 {{LinearRegressor: 4 coefficients for 3 targets}}
  %0 = "onnx.ml.LinearRegressor.1"(%x) {coefficients = array<f32: 1.0, 2.0, 3.0, 4.0>, targets = 3 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x2xf32>) -> tensor<?x3xf32>
  onnx.return %0 : tensor<?x3xf32>
}
