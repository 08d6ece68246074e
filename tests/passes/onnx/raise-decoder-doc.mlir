// RUN: llm-opt %s --llm-raise-decoder | FileCheck %s

// One layer of a Llama of 8 features, 2 heads and 1 head of keys and values, in the
// spelling of torch's exporter (opset 20), less its test for packed sequences.

// CHECK:     module attributes {llm.constants = {vector = dense<[1.000000e+00, 1.500000e+00,
// Matrices are packed from where they lie, [in, out].
// CHECK:       llm.parameter @embed.weight : !llm.packed<12x8, #llm.dense<f32>> from "F32" ["embed"]
// CHECK:       llm.parameter @q : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["q^T"]
// CHECK:     func.func @forward(%[[TOKENS:.*]]: tensor<?xi32>) -> tensor<?x12xf32>
// CHECK:       %[[POSITIONS:.*]] = llm.positions %[[TOKENS]]
// CHECK:       %[[TABLE:.*]] = llm.rotary_table %[[POSITIONS]] {inverse_frequencies = array<f32: 1.000000e+00, 0.00999999977>
// CHECK:       %[[X:.*]] = llm.embedding %[[TOKENS]],
// CHECK:       %[[NORMED:.*]] = llm.rms_norm %[[X]], %{{.*}} {epsilon = 9.9999999999999995E-7 : f64}
// CHECK:       %[[Q:.*]] = llm.linear %[[NORMED]]
// CHECK:       %[[K:.*]] = llm.linear %[[NORMED]]
// CHECK:       %[[V:.*]] = llm.linear %[[NORMED]]
// CHECK:       %[[RQ:.*]] = llm.rope %[[Q]], %[[TABLE]] {heads = 2 : i64}
// CHECK:       %[[RK:.*]] = llm.rope %[[K]], %[[TABLE]] {heads = 1 : i64}
// CHECK:       %[[A:.*]] = llm.attention %[[RQ]], %[[RK]], %[[V]] {heads = 2 : i64, kv_heads = 1 : i64, scale = 5.000000e-01 : f32}
// CHECK:       %[[O:.*]] = llm.linear %[[A]]
// CHECK:       %[[H:.*]] = arith.addf %[[X]], %[[O]]
// CHECK:       %[[N:.*]] = llm.rms_norm %[[H]]
// CHECK:       %[[GATE:.*]] = llm.linear %[[N]]
// CHECK:       %[[SILU:.*]] = llm.silu %[[GATE]]
// CHECK:       %[[UP:.*]] = llm.linear %[[N]]
// CHECK:       %[[GATED:.*]] = arith.mulf %[[SILU]], %[[UP]]
// CHECK:       %[[DOWN:.*]] = llm.linear %[[GATED]]
// CHECK:       %[[Y:.*]] = arith.addf %[[H]], %[[DOWN]]
// CHECK:       %[[LAST:.*]] = llm.rms_norm %[[Y]]
// CHECK:       %[[LOGITS:.*]] = llm.linear %[[LAST]]
// CHECK:       return %[[LOGITS]]
// CHECK-NOT: onnx.
llm.parameter @embed : tensor<12x8xf32> from "F32" ["embed"]
llm.parameter @q : tensor<8x8xf32> from "F32" ["q"]
llm.parameter @k : tensor<8x4xf32> from "F32" ["k"]
llm.parameter @v : tensor<8x4xf32> from "F32" ["v"]
llm.parameter @o : tensor<8x8xf32> from "F32" ["o"]
llm.parameter @gate : tensor<8x16xf32> from "F32" ["gate"]
llm.parameter @up : tensor<8x16xf32> from "F32" ["up"]
llm.parameter @down : tensor<16x8xf32> from "F32" ["down"]
llm.parameter @head : tensor<8x12xf32> from "F32" ["head"]
onnx.graph @main(%ids: tensor<?x?xi64> {onnx.dims = ["batch", "seq"], onnx.name = "input_ids"})
    -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x8xf32>
  %wq = llm.weight @q : tensor<8x8xf32>
  %wk = llm.weight @k : tensor<8x4xf32>
  %wv = llm.weight @v : tensor<8x4xf32>
  %wo = llm.weight @o : tensor<8x8xf32>
  %w_gate = llm.weight @gate : tensor<8x16xf32>
  %w_up = llm.weight @up : tensor<8x16xf32>
  %w_down = llm.weight @down : tensor<16x8xf32>
  %w_head = llm.weight @head : tensor<8x12xf32>

  %attention_scale = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1.0, 1.5, 1.0, 1.5, 1.0, 1.5, 1.0, 1.5]> : tensor<8xf32>} : () -> tensor<8xf32>
  %mlp_scale = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5]> : tensor<8xf32>} : () -> tensor<8xf32>
  %last_scale = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0]> : tensor<8xf32>} : () -> tensor<8xf32>
  %frequencies = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1.0, 0.01]> : tensor<2xf32>} : () -> tensor<2xf32>
  %zero = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %at_0 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %at_1 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %at_last = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %at_2 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %at_3 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %to_end = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<9223372036854775807> : tensor<1xi64>} : () -> tensor<1xi64>
  %root_of_scale = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0.70710677> : tensor<f32>} : () -> tensor<f32>
  %at_0_1 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[0, 1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %two = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %epsilon = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %query_heads = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1, -1, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %key_heads = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1, -1, 1, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %head_size = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %heads_first = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1, 2, -1, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %before_last = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<-2> : tensor<1xi64>} : () -> tensor<1xi64>
  %from_start = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<-9223372036854775808> : tensor<1xi64>} : () -> tensor<1xi64>
  %may = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %may_not = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<-3.40282347e+38> : tensor<f32>} : () -> tensor<f32>
  %side_by_side = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1, -1, 8]> : tensor<3xi64>} : () -> tensor<3xi64>

  // Positions, and what each may read.
  %batch = "onnx.Shape.19"(%ids) {end = 1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>, start = 0 : i64}
      : (tensor<?x?xi64>) -> tensor<1xi64>
  %length = "onnx.Shape.19"(%ids) {end = 2 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>, start = 1 : i64}
      : (tensor<?x?xi64>) -> tensor<1xi64>
  %count = "onnx.Squeeze.13"(%length) {operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1xi64>) -> tensor<i64>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %range = "onnx.Range.11"(%zero, %count, %one) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %positions = "onnx.Unsqueeze.13"(%range, %at_0) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %columns = "onnx.Unsqueeze.13"(%range, %at_0_1) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xi64>, tensor<2xi64>) -> tensor<1x1x?xi64>
  %readers = "onnx.Unsqueeze.13"(%columns, %at_3) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?xi64>, tensor<1xi64>) -> tensor<1x1x?x1xi64>
  %read = "onnx.Unsqueeze.13"(%columns, %at_2) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?xi64>, tensor<1xi64>) -> tensor<1x1x1x?xi64>
  %mask_shape = "onnx.Concat.13"(%batch, %at_1, %length, %length) {axis = 0 : i64, operandSegmentSizes = array<i32: 4>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %causal = "onnx.LessOrEqual.16"(%read, %readers) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x1x?xi64>, tensor<1x1x?x1xi64>) -> tensor<1x1x?x?xi1>
  %mask = "onnx.Expand.13"(%causal, %mask_shape) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x?xi1>, tensor<4xi64>) -> tensor<?x1x?x?xi1>

  // Tables of the rotary embedding.
  %positions_3d = "onnx.Unsqueeze.13"(%positions, %at_2) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?xi64>, tensor<1xi64>) -> tensor<1x?x1xi64>
  %positions_f32 = "onnx.Cast.19"(%positions_3d) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>, to = 1 : i64}
      : (tensor<1x?x1xi64>) -> tensor<1x?x1xf32>
  %angles = "onnx.Mul.14"(%positions_f32, %frequencies) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x1xf32>, tensor<2xf32>) -> tensor<1x?x2xf32>
  %angles_twice = "onnx.Concat.13"(%angles, %angles) {axis = -1 : i64, operandSegmentSizes = array<i32: 2>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x2xf32>, tensor<1x?x2xf32>) -> tensor<1x?x4xf32>
  %cos_table = "onnx.Cos.7"(%angles_twice) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x4xf32>) -> tensor<1x?x4xf32>
  %sin_table = "onnx.Sin.7"(%angles_twice) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x4xf32>) -> tensor<1x?x4xf32>

  // Norm, projections, heads.
  %squares = "onnx.Pow.15"(%x, %two) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %mean = "onnx.ReduceMean.18"(%squares, %at_last) {keepdims = 1 : i64, noop_with_empty_axes = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %shifted = "onnx.Add.14"(%mean, %epsilon) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %root = "onnx.Sqrt.13"(%shifted) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %inverse = "onnx.Reciprocal.13"(%root) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %unit = "onnx.Mul.14"(%x, %inverse) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %normed = "onnx.Mul.14"(%attention_scale, %unit) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %q_rows = "onnx.MatMul.13"(%normed, %wq) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<8x8xf32>) -> tensor<?x?x8xf32>
  %q_split = "onnx.Reshape.19"(%q_rows, %query_heads) {allowzero = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<1x?x2x4xf32>
  %q = "onnx.Transpose.13"(%q_split) {operandSegmentSizes = array<i32: 1>, perm = array<i64: 0, 2, 1, 3>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x2x4xf32>) -> tensor<1x2x?x4xf32>
  %k_rows = "onnx.MatMul.13"(%normed, %wk) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<8x4xf32>) -> tensor<?x?x4xf32>
  %k_split = "onnx.Reshape.19"(%k_rows, %key_heads) {allowzero = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4xi64>) -> tensor<1x?x1x4xf32>
  %k = "onnx.Transpose.13"(%k_split) {operandSegmentSizes = array<i32: 1>, perm = array<i64: 0, 2, 1, 3>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x1x4xf32>) -> tensor<1x1x?x4xf32>
  %v_rows = "onnx.MatMul.13"(%normed, %wv) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<8x4xf32>) -> tensor<?x?x4xf32>
  %v_split = "onnx.Reshape.19"(%v_rows, %key_heads) {allowzero = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4xi64>) -> tensor<1x?x1x4xf32>
  %v = "onnx.Transpose.13"(%v_split) {operandSegmentSizes = array<i32: 1>, perm = array<i64: 0, 2, 1, 3>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x1x4xf32>) -> tensor<1x1x?x4xf32>
  %cos = "onnx.Unsqueeze.13"(%cos_table, %at_1) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x4xf32>, tensor<1xi64>) -> tensor<1x1x?x4xf32>
  %sin = "onnx.Unsqueeze.13"(%sin_table, %at_1) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x4xf32>, tensor<1xi64>) -> tensor<1x1x?x4xf32>

  // The rotary embedding: halves change places.
  %q_cos = "onnx.Mul.14"(%q, %cos) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x4xf32>, tensor<1x1x?x4xf32>) -> tensor<1x2x?x4xf32>
  %q_low = "onnx.Slice.13"(%q, %at_0, %at_2, %at_3, %at_1) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x?x2xf32>
  %q_high = "onnx.Slice.13"(%q, %at_2, %to_end, %at_3, %at_1) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x?x2xf32>
  %q_negated = "onnx.Neg.13"(%q_high) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x2xf32>) -> tensor<1x2x?x2xf32>
  %q_turned = "onnx.Concat.13"(%q_negated, %q_low) {axis = -1 : i64, operandSegmentSizes = array<i32: 2>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x2xf32>, tensor<1x2x?x2xf32>) -> tensor<1x2x?x4xf32>
  %q_sin = "onnx.Mul.14"(%q_turned, %sin) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x4xf32>, tensor<1x1x?x4xf32>) -> tensor<1x2x?x4xf32>
  %q_rotated = "onnx.Add.14"(%q_cos, %q_sin) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x4xf32>
  %k_cos = "onnx.Mul.14"(%k, %cos) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>) -> tensor<1x1x?x4xf32>
  %k_low = "onnx.Slice.13"(%k, %at_0, %at_2, %at_3, %at_1) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x?x2xf32>
  %k_high = "onnx.Slice.13"(%k, %at_2, %to_end, %at_3, %at_1) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x?x2xf32>
  %k_negated = "onnx.Neg.13"(%k_high) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x2xf32>) -> tensor<1x1x?x2xf32>
  %k_turned = "onnx.Concat.13"(%k_negated, %k_low) {axis = -1 : i64, operandSegmentSizes = array<i32: 2>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x2xf32>, tensor<1x1x?x2xf32>) -> tensor<1x1x?x4xf32>
  %k_sin = "onnx.Mul.14"(%k_turned, %sin) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>) -> tensor<1x1x?x4xf32>
  %k_rotated = "onnx.Add.14"(%k_cos, %k_sin) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>) -> tensor<1x1x?x4xf32>

  // Keys and values once for each query head.
  %k_5d = "onnx.Unsqueeze.13"(%k_rotated, %at_2) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x4xf32>, tensor<1xi64>) -> tensor<1x1x1x?x4xf32>
  %group_shape = "onnx.Concat.13"(%at_1, %at_1, %at_2, %length, %head_size) {axis = 0 : i64, operandSegmentSizes = array<i32: 5>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<5xi64>
  %k_repeated = "onnx.Expand.13"(%k_5d, %group_shape) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x1x?x4xf32>, tensor<5xi64>) -> tensor<1x1x2x?x4xf32>
  %keys = "onnx.Reshape.19"(%k_repeated, %heads_first) {allowzero = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x2x?x4xf32>, tensor<4xi64>) -> tensor<1x2x?x4xf32>
  %v_5d = "onnx.Unsqueeze.13"(%v, %at_2) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x?x4xf32>, tensor<1xi64>) -> tensor<1x1x1x?x4xf32>
  %v_repeated = "onnx.Expand.13"(%v_5d, %group_shape) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x1x?x4xf32>, tensor<5xi64>) -> tensor<1x1x2x?x4xf32>
  %values = "onnx.Reshape.19"(%v_repeated, %heads_first) {allowzero = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x1x2x?x4xf32>, tensor<4xi64>) -> tensor<1x2x?x4xf32>

  // Attention.
  %keys_shape = "onnx.Shape.19"(%keys) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>, start = 0 : i64}
      : (tensor<1x2x?x4xf32>) -> tensor<4xi64>
  %keys_last = "onnx.Slice.13"(%keys_shape, %at_last, %to_end) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<4xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %keys_before = "onnx.Slice.13"(%keys_shape, %before_last, %at_last) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<4xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %keys_outer = "onnx.Slice.13"(%keys_shape, %from_start, %before_last) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<4xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %flat_shape = "onnx.Concat.13"(%at_last, %keys_before, %keys_last) {axis = 0 : i64, operandSegmentSizes = array<i32: 3>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %keys_flat = "onnx.Reshape.19"(%keys, %flat_shape) {allowzero = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x4xf32>, tensor<3xi64>) -> tensor<?x?x4xf32>
  %keys_turned = "onnx.Transpose.13"(%keys_flat) {operandSegmentSizes = array<i32: 1>, perm = array<i64: 0, 2, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %turned_shape = "onnx.Concat.13"(%keys_outer, %keys_last, %keys_before) {axis = 0 : i64, operandSegmentSizes = array<i32: 3>, resultSegmentSizes = array<i32: 1>}
      : (tensor<2xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %keys_transposed = "onnx.Reshape.19"(%keys_turned, %turned_shape) {allowzero = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x4x?xf32>, tensor<4xi64>) -> tensor<1x2x4x?xf32>
  %q_scaled = "onnx.Mul.14"(%q_rotated, %root_of_scale) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x4xf32>, tensor<f32>) -> tensor<1x2x?x4xf32>
  %k_scaled = "onnx.Mul.14"(%keys_transposed, %root_of_scale) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x4x?xf32>, tensor<f32>) -> tensor<1x2x4x?xf32>
  %bias = "onnx.Where.16"(%mask, %may, %may_not) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x1x?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x1x?x?xf32>
  %scores = "onnx.MatMul.13"(%q_scaled, %k_scaled) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x4xf32>, tensor<1x2x4x?xf32>) -> tensor<1x2x?x?xf32>
  %masked = "onnx.Add.14"(%scores, %bias) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x2x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x2x?x?xf32>
  %softmax = "onnx.Softmax.13"(%masked) {axis = -1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
  %is_nan = "onnx.IsNaN.20"(%softmax) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xi1>
  %weights = "onnx.Where.16"(%is_nan, %may, %softmax) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x?xi1>, tensor<f32>, tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
  %attended = "onnx.MatMul.13"(%weights, %values) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x?xf32>, tensor<1x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %rows_first = "onnx.Transpose.13"(%attended) {operandSegmentSizes = array<i32: 1>, perm = array<i64: 0, 2, 1, 3>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x2x?x4xf32>) -> tensor<?x?x2x4xf32>
  %rows = "onnx.Reshape.19"(%rows_first, %side_by_side) {allowzero = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x2x4xf32>, tensor<3xi64>) -> tensor<1x?x8xf32>
  %o = "onnx.MatMul.13"(%rows, %wo) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1x?x8xf32>, tensor<8x8xf32>) -> tensor<1x?x8xf32>
  %h = "onnx.Add.14"(%x, %o) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<1x?x8xf32>) -> tensor<?x?x8xf32>

  // Norm and gated MLP.
  %h_squares = "onnx.Pow.15"(%h, %two) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %h_mean = "onnx.ReduceMean.18"(%h_squares, %at_last) {keepdims = 1 : i64, noop_with_empty_axes = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %h_shifted = "onnx.Add.14"(%h_mean, %epsilon) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %h_root = "onnx.Sqrt.13"(%h_shifted) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %h_inverse = "onnx.Reciprocal.13"(%h_root) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %h_unit = "onnx.Mul.14"(%h, %h_inverse) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %h_normed = "onnx.Mul.14"(%mlp_scale, %h_unit) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %gate = "onnx.MatMul.13"(%h_normed, %w_gate) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  %sigmoid = "onnx.Sigmoid.13"(%gate) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x16xf32>) -> tensor<?x?x16xf32>
  %silu = "onnx.Mul.14"(%gate, %sigmoid) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> tensor<?x?x16xf32>
  %up = "onnx.MatMul.13"(%h_normed, %w_up) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  %gated = "onnx.Mul.14"(%silu, %up) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> tensor<?x?x16xf32>
  %down = "onnx.MatMul.13"(%gated, %w_down) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x16xf32>, tensor<16x8xf32>) -> tensor<?x?x8xf32>
  %y = "onnx.Add.14"(%h, %down) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>

  // Norm and head.
  %y_squares = "onnx.Pow.15"(%y, %two) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %y_mean = "onnx.ReduceMean.18"(%y_squares, %at_last) {keepdims = 1 : i64, noop_with_empty_axes = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %y_shifted = "onnx.Add.14"(%y_mean, %epsilon) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %y_root = "onnx.Sqrt.13"(%y_shifted) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %y_inverse = "onnx.Reciprocal.13"(%y_root) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %y_unit = "onnx.Mul.14"(%y, %y_inverse) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %y_normed = "onnx.Mul.14"(%last_scale, %y_unit) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %logits = "onnx.MatMul.13"(%y_normed, %w_head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<8x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}
