// RUN: llm-opt %s --llm-raise-decoder | FileCheck %s

// A norm is found by what it computes, whatever ops it was spelled with; a matrix that
// is multiplied from the right is read transposed.
//       CHECK: llm.parameter @embed.weight : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["embed"]
//       CHECK: llm.parameter @head.weight : !llm.packed<32x8, #llm.dense<f32>> from "F32" ["head^T"]
// CHECK-LABEL: func.func @forward(
//  CHECK-SAME:     %[[TOKENS:.*]]: tensor<?xi32>) -> tensor<?x32xf32>
//       CHECK:   %[[X:.*]] = llm.embedding %[[TOKENS]],
//       CHECK:   %[[N:.*]] = llm.rms_norm %[[X]], %{{.*}} {epsilon = 9.9999999999999995E-7 : f64}
//       CHECK:   %[[Y:.*]] = llm.linear %[[N]],
//       CHECK:   return %[[Y]]
llm.parameter @embed : tensor<16x8xf32> from "F32" ["embed"]
llm.parameter @head : tensor<8x32xf32> from "F32" ["head"]
onnx.graph @reads_a_norm(%ids: tensor<1x?xi64> {onnx.name = "input_ids"})
    -> (tensor<1x?x32xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<16x8xf32>
  %head = llm.weight @head : tensor<8x32xf32>
  %gamma = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>,
    value = dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<8xf32>} : () -> tensor<8xf32>
  %eps = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>,
    value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %axes = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>,
    value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %x = "onnx.Gather.13"(%embed, %ids) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<16x8xf32>, tensor<1x?xi64>) -> tensor<1x?x8xf32>
  %0 = "onnx.Mul.14"(%x, %x) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1x?x8xf32>, tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
  %1 = "onnx.ReduceMean.18"(%0, %axes) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1x?x8xf32>, tensor<1xi64>) -> tensor<1x?x1xf32>
  %2 = "onnx.Add.14"(%1, %eps) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1x?x1xf32>, tensor<f32>) -> tensor<1x?x1xf32>
  %3 = "onnx.Sqrt.13"(%2) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1x?x1xf32>) -> tensor<1x?x1xf32>
  %4 = "onnx.Div.14"(%x, %3) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1x?x8xf32>, tensor<1x?x1xf32>) -> tensor<1x?x8xf32>
  %5 = "onnx.Mul.14"(%gamma, %4) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<8xf32>, tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
  %6 = "onnx.MatMul.13"(%5, %head) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1x?x8xf32>, tensor<8x32xf32>) -> tensor<1x?x32xf32>
  onnx.return %6 : tensor<1x?x32xf32>
}
