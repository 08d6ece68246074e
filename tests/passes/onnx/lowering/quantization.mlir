// RUN: llm-opt %s --llm-lower-onnx --split-input-file | FileCheck %s

// Rounds to even and holds the result to the range before it becomes i8.
// CHECK-LABEL: func.func @graph(
//       CHECK: arith.divf
//       CHECK: math.roundeven
//       CHECK: arith.select
//       CHECK: arith.select
//       CHECK: arith.fptosi
onnx.graph @main(%x: tensor<2x3xf32>, %scale: tensor<3xf32>, %zero: tensor<3xi8>) -> (tensor<2x3xi8>) {
  %y = "onnx.QuantizeLinear.21"(%x, %scale, %zero) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xi8>) -> tensor<2x3xi8>
  onnx.return %y : tensor<2x3xi8>
}
