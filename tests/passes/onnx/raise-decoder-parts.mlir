// RUN: llm-opt %s --llm-raise-decoder --split-input-file | FileCheck %s

llm.parameter @embed : tensor<12x4xf32> from "F32" ["embed"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// CHECK:     func.func @forward(
// CHECK:       llm.attention %[[X:.*]], %[[X]], %[[X]] {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f32}
// CHECK-NOT: llm.parameter @embed :
onnx.graph @raises_attention_to_what_came_before(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
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
  %mask = "onnx.LessOrEqual.16"(%read, %readers) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %bias = "onnx.Where.16"(%mask, %may, %may_not) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %turned = "onnx.Transpose.13"(%x) {perm = array<i64: 0, 2, 1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %scores = "onnx.MatMul.13"(%x, %turned) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x4x?xf32>) -> tensor<?x?x?xf32>
  %masked = "onnx.Add.14"(%scores, %bias) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x?xf32>, tensor<?x?xf32>) -> tensor<?x?x?xf32>
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
// CHECK:     func.func @forward(
// CHECK:       llm.rms_norm %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64}
onnx.graph @raises_a_norm_whose_scales_are_all_the_same(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x4xf32>
  %head = llm.weight @head : tensor<4x12xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %two = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %epsilon = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %last = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %scale = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1.5> : tensor<4xf32>} : () -> tensor<4xf32>
  %squares = "onnx.Pow.15"(%x, %two) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<f32>) -> tensor<?x?x4xf32>
  %mean = "onnx.ReduceMean.18"(%squares, %last) {keepdims = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %shifted = "onnx.Add.14"(%mean, %epsilon) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %root = "onnx.Sqrt.13"(%shifted) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %unit = "onnx.Div.14"(%x, %root) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %normed = "onnx.Mul.14"(%unit, %scale) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%normed, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

llm.parameter @embed : tensor<12x4xf32> from "F32" ["embed"]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
// CHECK:     func.func @forward(
// CHECK:       llm.rms_norm
onnx.graph @raises_a_norm_by_division(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x4xf32>
  %head = llm.weight @head : tensor<4x12xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %two = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %epsilon = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %last = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %scale = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %squares = "onnx.Pow.15"(%x, %two) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<f32>) -> tensor<?x?x4xf32>
  %mean = "onnx.ReduceMean.18"(%squares, %last) {keepdims = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %shifted = "onnx.Add.14"(%mean, %epsilon) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %root = "onnx.Sqrt.13"(%shifted) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %unit = "onnx.Div.14"(%x, %root) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %normed = "onnx.Mul.14"(%unit, %scale) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%normed, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}
