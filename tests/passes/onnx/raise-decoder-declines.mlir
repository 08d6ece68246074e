// RUN: llm-opt %s --llm-raise-decoder --split-input-file --verify-diagnostics | FileCheck %s

llm.parameter @embed : tensor<12x4xf32> from "F32" ["embed"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// CHECK-LABEL: onnx.graph @declines_to_read_what_comes_after(
//       CHECK:   onnx.Softmax.13
onnx.graph @declines_to_read_what_comes_after(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x4xf32>
  %head = llm.weight @head : tensor<4x12xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %zero = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %at_1 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
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
  %mask = "onnx.GreaterOrEqual.16"(%read, %readers) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %bias = "onnx.Where.16"(%mask, %may, %may_not) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %turned = "onnx.Transpose.13"(%x) {perm = array<i64: 0, 2, 1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %scores = "onnx.MatMul.13"(%x, %turned) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x4x?xf32>) -> tensor<?x?x?xf32>
  %masked = "onnx.Add.14"(%scores, %bias) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>, tensor<?x?xf32>) -> tensor<?x?x?xf32>
  // expected-remark@+1 {{compiled as a general graph, without a KV cache: onnx.Softmax.13 is no causal attention}}
  %weights = "onnx.Softmax.13"(%masked) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %mixed = "onnx.MatMul.13"(%weights, %x) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%mixed, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

llm.parameter @embed : tensor<12x4xf32> from "F32" ["embed"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// CHECK-LABEL: onnx.graph @declines_to_read_every_token(
onnx.graph @declines_to_read_every_token(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x4xf32>
  %head = llm.weight @head : tensor<4x12xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %turned = "onnx.Transpose.13"(%x) {perm = array<i64: 0, 2, 1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %masked = "onnx.MatMul.13"(%x, %turned) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x4x?xf32>) -> tensor<?x?x?xf32>
  // expected-remark@+1 {{compiled as a general graph, without a KV cache: onnx.Softmax.13 is no causal attention}}
  %weights = "onnx.Softmax.13"(%masked) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %mixed = "onnx.MatMul.13"(%weights, %x) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%mixed, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

llm.parameter @embed : tensor<12x4xf32> from "F32" ["embed"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// CHECK-LABEL: onnx.graph @declines_an_op_that_no_decoder_has(
onnx.graph @declines_an_op_that_no_decoder_has(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x4xf32>
  %head = llm.weight @head : tensor<4x12xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  // expected-remark@+1 {{compiled as a general graph, without a KV cache: onnx.Asinh.9 has no place in a decoder that is known}}
  %y = "onnx.Asinh.9"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%y, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

llm.parameter @embed : tensor<12x4xf32> from "F32" ["embed"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// What no op is for is found while the decoder is written: nothing of it stays.
// CHECK:     llm.parameter @embed : tensor<12x4xf32>
// CHECK:     onnx.graph @declines_a_function_that_no_op_is_for(
// CHECK-NOT: func.func
onnx.graph @declines_a_function_that_no_op_is_for(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x4xf32>
  %head = llm.weight @head : tensor<4x12xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  // expected-remark@+1 {{compiled as a general graph, without a KV cache: not supported yet in a decoder: the function softplus}}
  %y = "onnx.Softplus.1"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%y, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

llm.parameter @embed : tensor<12x4xf32> from "F32" ["embed"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// No remark: nothing says that this is a decoder.
// CHECK-LABEL: onnx.graph @leaves_graphs_alone_without_token_ids(
onnx.graph @leaves_graphs_alone_without_token_ids(%ids: tensor<?x?xi64> {onnx.name = "pixels"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x4xf32>
  %head = llm.weight @head : tensor<4x12xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %y = "onnx.Asinh.9"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%y, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}
