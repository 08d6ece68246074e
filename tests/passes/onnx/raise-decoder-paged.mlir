// RUN: llm-opt %s --llm-raise-decoder | FileCheck %s

// Tokens of all sequences one below the other, pages and their table as inputs: the
// cache is ours afterwards. Tables of cosines and sines of 16 bits, of which row 1 alone
// says frequencies to three digits: 1 and 0.01.
// CHECK:     func.func @forward(%[[TOKENS:.*]]: tensor<?xi32>) -> tensor<?x12xf32>
// CHECK:       %[[TABLE:.*]] = llm.rotary_table %{{.*}} {inverse_frequencies = array<f32: 0.9999{{[0-9]*}}, 0.00999{{[0-9]*}}>
// CHECK:       %[[X:.*]] = llm.embedding %[[TOKENS]]
// CHECK:       %[[Q:.*]] = llm.rope %[[X]], %[[TABLE]] {heads = 2 : i64}
// CHECK:       %[[K:.*]] = llm.rope %{{.*}}, %[[TABLE]] {heads = 1 : i64}
// CHECK:       llm.attention %[[Q]], %[[K]], %{{.*}} {heads = 2 : i64, kv_heads = 1 : i64, scale = 2.500000e-01 : f32, window = 100 : i64}
// CHECK-NOT:   onnx.
llm.parameter @head : tensor<8x12xf32> from "F32" ["head"]
llm.parameter @embed : tensor<12x8xf32> from "F32" ["embed"]
llm.parameter @kv : tensor<8x4xf32> from "F32" ["kv"]
onnx.graph @main(%ids: tensor<?xi64> {onnx.name = "input_ids"}, %kc: tensor<?x16x1x4xf16> {onnx.name = "k"}, %vc: tensor<?x16x1x4xf16> {onnx.name = "v"},
                 %starts: tensor<?xi32> {onnx.name = "a"}, %pasts: tensor<?xi32> {onnx.name = "b"}, %blocks: tensor<?x?xi32> {onnx.name = "c"})
    -> (tensor<?x12xf32> {onnx.name = "logits"}) {
  %head = llm.weight @head : tensor<8x12xf32>
  %embed = llm.weight @embed : tensor<12x8xf32>
  %kv = llm.weight @kv : tensor<8x4xf32>
  %cos = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[
    [1.0, 1.0], [0.5403023, 0.99995], [-0.41614684, 0.9998], [-0.9899925, 0.99955004], [-0.6536436, 0.9992001]]> : tensor<5x2xf16>} : () -> tensor<5x2xf16>
  %sin = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[
    [0.0, 0.0], [0.841471, 0.00999983], [0.9092974, 0.01999867], [0.14112, 0.0299955], [-0.7568025, 0.03998933]]> : tensor<5x2xf16>} : () -> tensor<5x2xf16>
  %x = "onnx.Gather.13"(%embed, %ids) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<12x8xf32>, tensor<?xi64>) -> tensor<?x8xf32>
  %k = "onnx.MatMul.13"(%x, %kv) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  %q16 = "onnx.Cast.25"(%x) {to = 10 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x8xf32>) -> tensor<?x8xf16>
  %k16 = "onnx.Cast.25"(%k) {to = 10 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x4xf32>) -> tensor<?x4xf16>
  %a = "onnx.microsoft.PagedAttention.1"(%q16, %k16, %k16, %kc, %vc, %starts, %pasts, %blocks, %cos, %sin)
    {num_heads = 2 : i64, kv_num_heads = 1 : i64, do_rotary = 1 : i64, local_window_size = 100 : i64, scale = 0.25 : f32,
     operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0>}
    : (tensor<?x8xf16>, tensor<?x4xf16>, tensor<?x4xf16>, tensor<?x16x1x4xf16>, tensor<?x16x1x4xf16>, tensor<?xi32>, tensor<?xi32>, tensor<?x?xi32>, tensor<5x2xf16>, tensor<5x2xf16>) -> tensor<?x8xf16>
  %mixed = "onnx.Cast.25"(%a) {to = 1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x8xf16>) -> tensor<?x8xf32>
  %y = "onnx.MatMul.13"(%mixed, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x8xf32>, tensor<8x12xf32>) -> tensor<?x12xf32>
  onnx.return %y : tensor<?x12xf32>
}
