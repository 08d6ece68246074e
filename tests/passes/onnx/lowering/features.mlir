// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// Keys are sorted when compiled; an unknown one gives the default.
// CHECK-LABEL: func.func @graph(
// CHECK-DAG: arith.constant dense<[10, 20, 30]> : tensor<3xi64>
// CHECK-DAG: arith.constant dense<[2, 0, 1]> : tensor<3xi64>
// CHECK-DAG: arith.constant dense<[5.000000e-01, 1.500000e+00, 2.500000e+00]> : tensor<3xf32>
// CHECK: return %{{.*}} : tensor<?xf32>
onnx.graph @main(%x: tensor<?xi64>) -> (tensor<?xf32>) {
  %0 = "onnx.ml.LabelEncoder.2"(%x) {keys_int64s = array<i64: 20, 30, 10>, values_floats = array<f32: 0.5, 1.5, 2.5>, default_float = -1.0 : f32, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi64>) -> tensor<?xf32>
  onnx.return %0 : tensor<?xf32>
}

// -----

onnx.graph @main(%x: tensor<?xi64>) -> (tensor<?xf32>) {
  // expected-error@+1 {{LabelEncoder: 3 keys and 2 values}}
  %0 = "onnx.ml.LabelEncoder.2"(%x) {keys_int64s = array<i64: 20, 30, 10>, values_floats = array<f32: 0.5, 1.5>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi64>) -> tensor<?xf32>
  onnx.return %0 : tensor<?xf32>
}
