// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: onnx.graph @optional_and_variadic_values(
onnx.graph @optional_and_variadic_values(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // CHECK: "onnx.Conv.11"(%{{.*}}) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>, strides = array<i64: 2, 2>}
  %0 = "onnx.Conv.11"(%x, %w) {strides = array<i64: 2, 2>, operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: "onnx.Concat.13"(%{{.*}}) {axis = 1 : i64, operandSegmentSizes = array<i32: 3>
  %1 = "onnx.Concat.13"(%0, %0, %0) {axis = 1 : i64, operandSegmentSizes = array<i32: 3>, resultSegmentSizes = array<i32: 1>} : (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x12x3x3xf32>
  // CHECK: "onnx.Split.18"(%{{.*}}) {axis = 1 : i64, num_outputs = 2 : i64, operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 2>}
  %2:2 = "onnx.Split.18"(%1) {axis = 1 : i64, num_outputs = 2 : i64, operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 2>} : (tensor<1x12x3x3xf32>) -> (tensor<1x6x3x3xf32>, tensor<1x6x3x3xf32>)
  onnx.return
}

// CHECK-LABEL: onnx.graph @every_domain(
onnx.graph @every_domain(%x: tensor<?xi64>, %q: tensor<1x2x3x4xf32>, %r: tensor<f32>, %t: tensor<i64>) {
  // CHECK: "onnx.ml.LabelEncoder.4"{{.*}}keys_int64s = array<i64: 1, 2>{{.*}}values_strings = ["a", "b"]
  %0 = "onnx.ml.LabelEncoder.4"(%x) {keys_int64s = array<i64: 1, 2>, values_strings = ["a", "b"], operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi64>) -> tensor<?x!onnx.string>
  // An absent graph is an empty region.
  // CHECK: "onnx.preview.FlexAttention.1"
  %1 = "onnx.preview.FlexAttention.1"(%q, %q, %q) ({}, {
  ^bb0(%score: tensor<?x?x?x?xf32>):
    onnx.return %score : tensor<?x?x?x?xf32>
  }) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  // Values of one variadic input may differ in type where the schema allows it.
  // CHECK: "onnx.training.Adagrad.1"
  %2:2 = "onnx.training.Adagrad.1"(%r, %t, %r, %r, %r) {operandSegmentSizes = array<i32: 1, 1, 3>, resultSegmentSizes = array<i32: 2>} : (tensor<f32>, tensor<i64>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)
  onnx.return
}

// CHECK-LABEL: onnx.graph @ops_of_com_microsoft(
onnx.graph @ops_of_com_microsoft(%x: tensor<2x64xf32>, %b: tensor<32x2x16xui8>, %scales: tensor<64xf32>) {
  // CHECK: "onnx.microsoft.MatMulNBits.1"
  %0 = "onnx.microsoft.MatMulNBits.1"(%x, %b, %scales) {K = 64 : i64, N = 32 : i64, block_size = 32 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<2x64xf32>, tensor<32x2x16xui8>, tensor<64xf32>) -> tensor<2x32xf32>
  // CHECK: "onnx.SimplifiedLayerNormalization.1"
  %1 = "onnx.SimplifiedLayerNormalization.1"(%x, %scales) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<2x64xf32>, tensor<64xf32>) -> tensor<2x64xf32>
  onnx.return
}

// CHECK-LABEL: onnx.graph @graphs_take_and_return_values(
onnx.graph @graphs_take_and_return_values(%n: tensor<i64>, %x: tensor<2xf32>, %s: !onnx.sequence<tensor<2xf32>>) {
  // A value carried round, and one collected from every pass.
  // CHECK: "onnx.Loop.16"
  %0:2 = "onnx.Loop.16"(%n, %x) ({
  ^bb0(%i: tensor<i64>, %condition: tensor<i1>, %carried: tensor<2xf32>):
    onnx.return %condition, %carried, %i : tensor<i1>, tensor<2xf32>, tensor<i64>
  }) {operandSegmentSizes = array<i32: 1, 0, 1>, resultSegmentSizes = array<i32: 2>} : (tensor<i64>, tensor<2xf32>) -> (tensor<2xf32>, tensor<?xi64>)
  // CHECK: "onnx.Scan.16"
  %1:2 = "onnx.Scan.16"(%x, %x) ({
  ^bb0(%state: tensor<2xf32>, %element: tensor<f32>):
    onnx.return %state, %element : tensor<2xf32>, tensor<f32>
  }) {num_scan_inputs = 1 : i64, operandSegmentSizes = array<i32: 2>, resultSegmentSizes = array<i32: 2>} : (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  // CHECK: "onnx.SequenceMap.17"
  %2 = "onnx.SequenceMap.17"(%s, %x) ({
  ^bb0(%element: tensor<2xf32>, %more: tensor<2xf32>):
    onnx.return %more : tensor<2xf32>
  }) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (!onnx.sequence<tensor<2xf32>>, tensor<2xf32>) -> !onnx.sequence<tensor<2xf32>>
  onnx.return
}
