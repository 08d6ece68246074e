// RUN: llm-opt %s --llm-raise-decoder --split-input-file --verify-diagnostics | FileCheck %s

// A graph may hold its mask for all positions. What tells a window from a causal mask
// lies behind the few tokens of the run.
llm.parameter @embed : !llm.packed<12x4, #llm.dense<f32>> from "F32" ["head^T"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// CHECK: llm.attention {{.*}}window = 6 : i64
onnx.graph @window(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %head = llm.weight @head : tensor<4x12xf32>
  %embed = "onnx.Transpose.25"(%head) {perm = array<i64: 1, 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x12xf32>) -> tensor<12x4xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %none = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis_0 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis_1 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %may_not = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %table = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[[true, false, false, false, false, false, false, false], [true, true, false, false, false, false, false, false], [true, true, true, false, false, false, false, false], [true, true, true, true, false, false, false, false], [true, true, true, true, true, false, false, false], [true, true, true, true, true, true, false, false], [false, true, true, true, true, true, true, false], [false, false, true, true, true, true, true, true]]> : tensor<8x8xi1>} : () -> tensor<8x8xi1>
  %length = "onnx.Shape.19"(%ids) {start = 1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi64>) -> tensor<1xi64>
  %rows = "onnx.Slice.13"(%table, %none, %length, %axis_0) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<8x8xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x8xi1>
  %mask = "onnx.Slice.13"(%rows, %none, %length, %axis_1) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x8xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xi1>
  %turned = "onnx.Transpose.13"(%x) {perm = array<i64: 0, 2, 1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %scores = "onnx.MatMul.13"(%x, %turned) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x4x?xf32>) -> tensor<?x?x?xf32>
  %masked = "onnx.Where.16"(%mask, %scores, %may_not) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi1>, tensor<?x?x?xf32>, tensor<f32>) -> tensor<?x?x?xf32>
  %weights = "onnx.Softmax.13"(%masked) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %mixed = "onnx.MatMul.13"(%weights, %x) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%mixed, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

llm.parameter @embed : !llm.packed<12x4, #llm.dense<f32>> from "F32" ["head^T"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// CHECK: llm.attention
//  CHECK-NOT: window
onnx.graph @causal(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %head = llm.weight @head : tensor<4x12xf32>
  %embed = "onnx.Transpose.25"(%head) {perm = array<i64: 1, 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x12xf32>) -> tensor<12x4xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %none = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis_0 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis_1 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %may_not = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %table = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[[true, false, false, false, false, false, false, false], [true, true, false, false, false, false, false, false], [true, true, true, false, false, false, false, false], [true, true, true, true, false, false, false, false], [true, true, true, true, true, false, false, false], [true, true, true, true, true, true, false, false], [true, true, true, true, true, true, true, false], [true, true, true, true, true, true, true, true]]> : tensor<8x8xi1>} : () -> tensor<8x8xi1>
  %length = "onnx.Shape.19"(%ids) {start = 1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi64>) -> tensor<1xi64>
  %rows = "onnx.Slice.13"(%table, %none, %length, %axis_0) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<8x8xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x8xi1>
  %mask = "onnx.Slice.13"(%rows, %none, %length, %axis_1) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x8xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xi1>
  %turned = "onnx.Transpose.13"(%x) {perm = array<i64: 0, 2, 1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %scores = "onnx.MatMul.13"(%x, %turned) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x4x?xf32>) -> tensor<?x?x?xf32>
  %masked = "onnx.Where.16"(%mask, %scores, %may_not) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi1>, tensor<?x?x?xf32>, tensor<f32>) -> tensor<?x?x?xf32>
  %weights = "onnx.Softmax.13"(%masked) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %mixed = "onnx.MatMul.13"(%weights, %x) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%mixed, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

llm.parameter @embed : !llm.packed<12x4, #llm.dense<f32>> from "F32" ["head^T"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// CHECK-LABEL: onnx.graph @other(
onnx.graph @other(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %head = llm.weight @head : tensor<4x12xf32>
  %embed = "onnx.Transpose.25"(%head) {perm = array<i64: 1, 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x12xf32>) -> tensor<12x4xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %none = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis_0 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis_1 = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %may_not = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  // expected-remark@+1 {{compiled as a general graph, without a KV cache: onnx.Constant.25 is a mask that is neither causal nor of a window}}
  %table = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[[true, false, false, false, false, false, false, false], [true, true, false, false, false, false, false, false], [true, true, true, false, false, false, false, false], [true, true, true, true, false, false, false, false], [true, true, true, true, true, false, false, false], [true, true, true, true, true, true, false, false], [true, true, true, true, true, true, true, false], [true, true, false, true, true, true, true, true]]> : tensor<8x8xi1>} : () -> tensor<8x8xi1>
  %length = "onnx.Shape.19"(%ids) {start = 1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi64>) -> tensor<1xi64>
  %rows = "onnx.Slice.13"(%table, %none, %length, %axis_0) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<8x8xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x8xi1>
  %mask = "onnx.Slice.13"(%rows, %none, %length, %axis_1) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x8xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xi1>
  %turned = "onnx.Transpose.13"(%x) {perm = array<i64: 0, 2, 1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %scores = "onnx.MatMul.13"(%x, %turned) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x4x?xf32>) -> tensor<?x?x?xf32>
  %masked = "onnx.Where.16"(%mask, %scores, %may_not) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi1>, tensor<?x?x?xf32>, tensor<f32>) -> tensor<?x?x?xf32>
  %weights = "onnx.Softmax.13"(%masked) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %mixed = "onnx.MatMul.13"(%weights, %x) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%mixed, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}
