// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// A vector of a class decides in the pairs of this class alone.
// CHECK-LABEL: func.func @graph(
// CHECK-DAG: dense<{{\[\[}}1.000000e+00, 4.000000e+00, 0.000000e+00], [2.000000e+00, 0.000000e+00, 5.000000e+00], [0.000000e+00, 3.000000e+00, 6.000000e+00]]> : tensor<3x3xf32>
// CHECK: return %{{.*}}, %{{.*}} : tensor<?xi64>, tensor<?x3xf32>
onnx.graph @main(%x: tensor<?x2xf32>) -> (tensor<?xi64>, tensor<?x3xf32>) {
  %0:2 = "onnx.ml.SVMClassifier.1"(%x) {coefficients = array<f32: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0>, support_vectors = array<f32: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0>, vectors_per_class = array<i64: 1, 1, 1>, rho = array<f32: 0.0, 0.0, 0.0>, classlabels_ints = array<i64: 7, 9, 8>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1, 1>} : (tensor<?x2xf32>) -> (tensor<?xi64>, tensor<?x3xf32>)
  onnx.return %0#0, %0#1 : tensor<?xi64>, tensor<?x3xf32>
}

// -----

onnx.graph @main(%x: tensor<?x2xf32>) -> (tensor<?xi64>, tensor<?x3xf32>) {
  // expected-error@+1 {{SVMClassifier: 5 numbers in coefficients; expected 6}}
  %0:2 = "onnx.ml.SVMClassifier.1"(%x) {coefficients = array<f32: 1.0, 2.0, 3.0, 4.0, 5.0>, support_vectors = array<f32: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0>, vectors_per_class = array<i64: 1, 1, 1>, rho = array<f32: 0.0, 0.0, 0.0>, classlabels_ints = array<i64: 7, 9, 8>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1, 1>} : (tensor<?x2xf32>) -> (tensor<?xi64>, tensor<?x3xf32>)
  onnx.return %0#0, %0#1 : tensor<?xi64>, tensor<?x3xf32>
}

// -----

onnx.graph @main(%x: tensor<?x2xf32>) -> (tensor<?x1xf32>) {
  // expected-error@+1 {{SVMRegressor: kernel_type COSINE; accepted: LINEAR, POLY, RBF, SIGMOID}}
  %0 = "onnx.ml.SVMRegressor.1"(%x) {coefficients = array<f32: 1.0, 2.0>, support_vectors = array<f32: 1.0, 2.0, 3.0, 4.0>, n_supports = 2 : i64, kernel_type = "COSINE", rho = array<f32: 0.0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x2xf32>) -> tensor<?x1xf32>
  onnx.return %0 : tensor<?x1xf32>
}
