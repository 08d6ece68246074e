// RUN: llm-opt %s --llm-raise-decoder | FileCheck %s

// Positions that are counted from 2, as OPT's, are rows of a table from there on;
// a bias that is one number for all features is a bias; so is ReLU squared known.
llm.parameter @embed : tensor<12x4xf32> from "F32" ["embed"]
llm.parameter @places : tensor<34x4xf32> from "F32" ["places"]
llm.parameter @up : tensor<4x8xf32> from "F32" ["up"]
llm.parameter @head : tensor<8x12xf32> from "F32" ["head"]
// CHECK:      llm.views = {{{.*}}"places[2:34]" = {of = "places", rows = array<i64: 2, 34>}
// CHECK:      llm.parameter @"places[2:34]" : !llm.packed<32x4, #llm.dense<f32>>
// CHECK:      func.func @forward(
// CHECK-DAG:    %[[POSITIONS:.*]] = llm.positions
// CHECK-DAG:    %[[TABLE:.*]] = llm.weight @"places[2:34]"
// CHECK:        llm.embedding %[[POSITIONS]], %[[TABLE]]
// CHECK:        %[[BIAS:.*]] = llm.weight @vector : tensor<8xf32>
// CHECK:        %[[UP:.*]] = llm.linear {{.*}} bias %[[BIAS]]
// CHECK:        %[[RELU:.*]] = llm.relu %[[UP]] : tensor<?x8xf32>
// CHECK:        arith.mulf %[[RELU]], %[[RELU]]
onnx.graph @raises(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<12x4xf32>
  %places = llm.weight @places : tensor<34x4xf32>
  %up = llm.weight @up : tensor<4x8xf32>
  %head = llm.weight @head : tensor<8x12xf32>
  %zero = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %two = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<2> : tensor<i64>} : () -> tensor<i64>
  %bias = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0.5> : tensor<8xf32>} : () -> tensor<8xf32>
  %length = "onnx.Shape.19"(%ids) {start = 1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?xi64>) -> tensor<1xi64>
  %count = "onnx.Squeeze.13"(%length) {operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1xi64>) -> tensor<i64>
  %range = "onnx.Range.11"(%zero, %count, %one) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %later = "onnx.Add.14"(%range, %two) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %token = "onnx.Gather.13"(%embed, %ids) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<12x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %place = "onnx.Gather.13"(%places, %later) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<34x4xf32>, tensor<?xi64>) -> tensor<?x4xf32>
  %x = "onnx.Add.14"(%token, %place) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<?x4xf32>) -> tensor<?x?x4xf32>
  %product = "onnx.MatMul.13"(%x, %up) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x4xf32>, tensor<4x8xf32>) -> tensor<?x?x8xf32>
  %sum = "onnx.Add.14"(%product, %bias) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %relu = "onnx.Relu.14"(%sum) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %square = "onnx.Mul.14"(%relu, %relu) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %logits = "onnx.MatMul.13"(%square, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x?x8xf32>, tensor<8x12xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}
