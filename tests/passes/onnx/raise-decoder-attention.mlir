// RUN: llm-opt %s --llm-raise-decoder | FileCheck %s

// Scores with a soft cap, sinks of heads, pairs side by side that are rotated.
// CHECK:     llm.constants = {{.*}}dense<[5.000000e-01, -1.000000e+00]> : tensor<2xf32>
// CHECK:       %[[RQ:.*]] = llm.rope %{{.*}} {heads = 2 : i64, interleaved}
// CHECK:       %[[RK:.*]] = llm.rope %{{.*}} {heads = 1 : i64, interleaved}
// CHECK:       %[[SINKS:.*]] = llm.weight @{{.*}} : tensor<2xf32>
// CHECK:       llm.attention %[[RQ]], %[[RK]], %{{.*}} sinks(%[[SINKS]] : tensor<2xf32>) {heads = 2 : i64, kv_heads = 1 : i64, scale = 5.000000e-01 : f32, soft_cap = 3.000000e+01 : f32, window = 100 : i64}
llm.parameter @embed.weight : !llm.packed<12x8, #llm.dense<f32>> from "F32" ["head^T"]
llm.parameter @head : tensor<8x12xf32> from "F32" ["head"]
llm.parameter @qkv : tensor<8x16xf32> from "F32" ["qkv"]
llm.parameter @o : tensor<8x8xf32> from "F32" ["o"]
onnx.graph @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %ones: tensor<?x?xi64> {onnx.name = "attention_mask"},
                 %past_keys: tensor<?x1x?x4xf32> {onnx.name = "past_key_values.0.key"},
                 %past_values: tensor<?x1x?x4xf32> {onnx.name = "past_key_values.0.value"})
    -> (tensor<?x?x12xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}) {
  %head = llm.weight @head : tensor<8x12xf32>
  %qkv = llm.weight @qkv : tensor<8x16xf32>
  %o = llm.weight @o : tensor<8x8xf32>
  %scale = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<8xf32>} : () -> tensor<8xf32>
  // Two frequencies, 1 and 0.01, of positions 0 to 4.
  %cos = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[
    [1.0, 1.0], [0.5403023, 0.99995], [-0.41614684, 0.9998], [-0.9899925, 0.99955004], [-0.6536436, 0.9992001]]> : tensor<5x2xf32>} : () -> tensor<5x2xf32>
  %sin = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[
    [0.0, 0.0], [0.841471, 0.00999983], [0.9092974, 0.01999867], [0.14112, 0.0299955], [-0.7568025, 0.03998933]]> : tensor<5x2xf32>} : () -> tensor<5x2xf32>
  %one = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %at = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %sum = "onnx.ReduceSum.13"(%ones, %one) {keepdims = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?xi64>
  %less = "onnx.Sub.14"(%sum, %one) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi64>, tensor<1xi64>) -> tensor<?xi64>
  %last = "onnx.Cast.25"(%less) {to = 6 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi64>) -> tensor<?xi32>
  %shape = "onnx.Shape.25"(%ones) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?xi64>) -> tensor<2xi64>
  %length = "onnx.Gather.13"(%shape, %at) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %total = "onnx.Cast.25"(%length) {to = 6 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i64>) -> tensor<i32>
  %table = "onnx.Transpose.25"(%head) {perm = array<i64: 1, 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<8x12xf32>) -> tensor<12x8xf32>
  %x = "onnx.Gather.13"(%table, %ids) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<12x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %n = "onnx.SimplifiedLayerNormalization.1"(%x, %scale) {axis = -1 : i64, epsilon = 1.0e-5 : f32, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %all = "onnx.MatMul.13"(%n, %qkv) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  %sinks = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[0.5, -1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %a, %keys, %values = "onnx.microsoft.GroupQueryAttention.1"(%all, %past_keys, %past_values, %last, %total, %cos, %sin, %sinks)
    {do_rotary = 1 : i64, rotary_interleaved = 1 : i64, softcap = 30.0 : f32, kv_num_heads = 1 : i64, num_heads = 2 : i64, local_window_size = 100 : i64,
     operandSegmentSizes = array<i32: 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 1, 1, 0>}
    : (tensor<?x?x16xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?xi32>, tensor<i32>, tensor<5x2xf32>, tensor<5x2xf32>, tensor<2xf32>)
    -> (tensor<?x?x8xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  %mixed = "onnx.MatMul.13"(%a, %o) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x8xf32>, tensor<8x8xf32>) -> tensor<?x?x8xf32>
  %m = "onnx.microsoft.SkipSimplifiedLayerNormalization.1"(%x, %mixed, %scale) {epsilon = 1.0e-5 : f32, operandSegmentSizes = array<i32: 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1, 0, 0, 0>}
    : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %y = "onnx.MatMul.13"(%m, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x8xf32>, tensor<8x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %y, %keys, %values : tensor<?x?x12xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}
