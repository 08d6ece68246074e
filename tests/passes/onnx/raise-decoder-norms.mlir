// RUN: llm-opt %s --llm-raise-decoder --split-input-file --verify-diagnostics | FileCheck %s

// A LayerNorm as exporters spelled it before opset 17.
// CHECK: llm.constants = {{.*}}dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>{{.*}}dense<[5.000000e+00, 6.000000e+00, 7.000000e+00, 8.000000e+00]> : tensor<4xf32>
// CHECK: %[[X:.*]] = llm.embedding
// CHECK: %[[Y:.*]] = llm.layer_norm %[[X]], {{.*}}1.000000e-05
// CHECK: llm.linear %[[Y]]
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
onnx.graph @with_bias(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %head = llm.weight @head : tensor<4x12xf32>
  %embed = "onnx.Transpose.25"(%head) {perm = array<i64: 1, 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x12xf32>) -> tensor<12x4xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %two = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %epsilon = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %w = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %b = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[5.0, 6.0, 7.0, 8.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %mean = "onnx.ReduceMean.13"(%x) {axes = array<i64: -1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %d = "onnx.Sub.14"(%x, %mean) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %square = "onnx.Pow.15"(%d, %two) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<f32>) -> tensor<?x?x4xf32>
  %var = "onnx.ReduceMean.13"(%square) {axes = array<i64: -1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %shifted = "onnx.Add.14"(%var, %epsilon) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %root = "onnx.Sqrt.13"(%shifted) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %n = "onnx.Div.14"(%d, %root) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %scaled = "onnx.Mul.14"(%n, %w) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<4xf32>) -> tensor<?x?x4xf32>
  %y = "onnx.Add.14"(%scaled, %b) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<4xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%y, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

// Without scale or bias, by one over the root.
// CHECK: llm.constants = {{.*}}dense<1.000000e+00> : tensor<4xf32>{{.*}}dense<0.000000e+00> : tensor<4xf32>
// CHECK: llm.layer_norm
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
onnx.graph @alone(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %head = llm.weight @head : tensor<4x12xf32>
  %embed = "onnx.Transpose.25"(%head) {perm = array<i64: 1, 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x12xf32>) -> tensor<12x4xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %epsilon = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %mean = "onnx.ReduceMean.13"(%x) {axes = array<i64: -1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %d = "onnx.Sub.14"(%x, %mean) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %square = "onnx.Mul.14"(%d, %d) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %var = "onnx.ReduceMean.13"(%square) {axes = array<i64: -1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %shifted = "onnx.Add.14"(%var, %epsilon) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %root = "onnx.Sqrt.13"(%shifted) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %one_over = "onnx.Reciprocal.13"(%root) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %y = "onnx.Mul.14"(%d, %one_over) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%y, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}

// -----

// What is centred and nothing else is no norm.
// CHECK-LABEL: onnx.graph @centred(
llm.parameter @head : tensor<4x12xf32> from "F32" ["head"]
onnx.graph @centred(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %head = llm.weight @head : tensor<4x12xf32>
  %embed = "onnx.Transpose.25"(%head) {perm = array<i64: 1, 0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x12xf32>) -> tensor<12x4xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %mean = "onnx.ReduceMean.13"(%x) {axes = array<i64: -1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  // expected-remark@+1 {{compiled as a general graph, without a KV cache: not supported yet in a decoder: a mean that is no part of a norm}}
  %d = "onnx.Sub.14"(%x, %mean) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %logits = "onnx.MatMul.13"(%d, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x4xf32>, tensor<4x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}
