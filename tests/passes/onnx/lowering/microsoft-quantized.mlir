// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics | FileCheck %s

// Both become real numbers; the sum is rounded to even and clamped.
// CHECK-LABEL: func.func @graph(
// CHECK: arith.uitofp
// CHECK: arith.addf
// CHECK: math.roundeven
// CHECK: arith.fptosi
onnx.graph @main(%a: tensor<?xui8>, %as: tensor<f32>, %az: tensor<ui8>, %b: tensor<?xui8>, %bs: tensor<f32>, %bz: tensor<ui8>, %cs: tensor<f32>, %cz: tensor<ui8>) -> (tensor<?xui8>) {
  %y = "onnx.microsoft.QLinearAdd.1"(%a, %as, %az, %b, %bs, %bz, %cs, %cz) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xui8>, tensor<f32>, tensor<ui8>, tensor<?xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<?xui8>
  onnx.return %y : tensor<?xui8>
}

// -----

onnx.graph @main(%s: tensor<f32>, %z: tensor<ui8>, %a: tensor<2xui8>) -> (tensor<2xui8>) {
  // expected-error@+1 {{QLinearConcat: 1 inputs; expected a tensor, a scale and a zero point each}}
  %y = "onnx.microsoft.QLinearConcat.1"(%s, %z, %a) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<f32>, tensor<ui8>, tensor<2xui8>) -> tensor<2xui8>
  onnx.return %y : tensor<2xui8>
}
