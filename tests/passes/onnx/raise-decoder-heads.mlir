// RUN: llm-opt %s --llm-raise-decoder | FileCheck %s

// Queries, keys and values of two heads of 16 features lie side by side, head by head, in
// one matrix with a bias: each has a matrix of its own, of 16 rows every 48.
// CHECK: llm.constants = {{.*}}dense<[0.000000e+00, {{.*}}1.500000e+01, 4.800000e+01, {{.*}}6.300000e+01]> : tensor<32xf32>
// CHECK: llm.views = {
// CHECK-DAG: "qkv^T[0:16:48]" = {of = "qkv", rows = array<i64: 0, 16, 48, 2>, transposed}
// CHECK-DAG: "qkv^T[16:32:48]" = {of = "qkv", rows = array<i64: 16, 32, 48, 2>, transposed}
// CHECK-DAG: "qkv^T[32:48:48]" = {of = "qkv", rows = array<i64: 32, 48, 48, 2>, transposed}
// CHECK:     llm.attention {{.*}} {heads = 2 : i64, kv_heads = 2 : i64, scale = 1.000000e+00 : f32}
llm.parameter @qkv : tensor<4x96xf32> from "F32" ["qkv"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
llm.parameter @out : tensor<32x4xf32> from "F32" ["out"]
onnx.graph @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %head = llm.weight @head : tensor<4x12xf32>
  %w = llm.weight @qkv : tensor<4x96xf32>
  %o = llm.weight @out : tensor<32x4xf32>
  %embed = "onnx.Transpose.25"(%head) {perm = array<i64: 1, 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x12xf32>) -> tensor<12x4xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %bias = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0, 29.0, 30.0, 31.0, 32.0, 33.0, 34.0, 35.0, 36.0, 37.0, 38.0, 39.0, 40.0, 41.0, 42.0, 43.0, 44.0, 45.0, 46.0, 47.0, 48.0, 49.0, 50.0, 51.0, 52.0, 53.0, 54.0, 55.0, 56.0, 57.0, 58.0, 59.0, 60.0, 61.0, 62.0, 63.0, 64.0, 65.0, 66.0, 67.0, 68.0, 69.0, 70.0, 71.0, 72.0, 73.0, 74.0, 75.0, 76.0, 77.0, 78.0, 79.0, 80.0, 81.0, 82.0, 83.0, 84.0, 85.0, 86.0, 87.0, 88.0, 89.0, 90.0, 91.0, 92.0, 93.0, 94.0, 95.0]> : tensor<96xf32>} : () -> tensor<96xf32>
  %zero = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %at_1 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %heads = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[0, 0, 2, 48]> : tensor<4xi64>} : () -> tensor<4xi64>
  %merged = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[0, 0, 32]> : tensor<3xi64>} : () -> tensor<3xi64>
  %may = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %may_not = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %length = "onnx.Shape.19"(%ids) {start = 1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi64>) -> tensor<1xi64>
  %count = "onnx.Squeeze.13"(%length) {operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1xi64>) -> tensor<i64>
  %read = "onnx.Range.11"(%zero, %count, %one) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %readers = "onnx.Unsqueeze.13"(%read, %at_1) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %mask = "onnx.LessOrEqual.16"(%read, %readers) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %hidden = "onnx.Where.16"(%mask, %may, %may_not) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %product = "onnx.MatMul.13"(%x, %w) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x96xf32>) -> tensor<?x?x96xf32>
  %all = "onnx.Add.14"(%product, %bias) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
  %split = "onnx.Reshape.14"(%all, %heads) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x96xf32>, tensor<4xi64>) -> tensor<?x?x2x48xf32>
  %by_head = "onnx.Transpose.13"(%split) {perm = array<i64: 0, 2, 1, 3>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x2x48xf32>) -> tensor<?x2x?x48xf32>
  %q, %k, %v = "onnx.Split.18"(%by_head) {axis = -1 : i64, num_outputs = 3 : i64, operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 3>}
      : (tensor<?x2x?x48xf32>) -> (tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  %turned = "onnx.Transpose.13"(%k) {perm = array<i64: 0, 1, 3, 2>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x16xf32>) -> tensor<?x2x16x?xf32>
  %scores = "onnx.MatMul.13"(%q, %turned) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x16xf32>, tensor<?x2x16x?xf32>) -> tensor<?x2x?x?xf32>
  %masked = "onnx.Add.14"(%scores, %hidden) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x?xf32>, tensor<?x?xf32>) -> tensor<?x2x?x?xf32>
  %weights = "onnx.Softmax.13"(%masked) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
  %mixed = "onnx.MatMul.13"(%weights, %v) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x?xf32>, tensor<?x2x?x16xf32>) -> tensor<?x2x?x16xf32>
  %by_row = "onnx.Transpose.13"(%mixed) {perm = array<i64: 0, 2, 1, 3>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x16xf32>) -> tensor<?x?x2x16xf32>
  %rows = "onnx.Reshape.14"(%by_row, %merged) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x2x16xf32>, tensor<3xi64>) -> tensor<?x?x32xf32>
  %y = "onnx.MatMul.13"(%rows, %o) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x32xf32>, tensor<32x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%y, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}
