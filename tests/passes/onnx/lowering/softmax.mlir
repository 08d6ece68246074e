// RUN: llm-opt %s --llm-lower-onnx --split-input-file | FileCheck %s

// Before version 13, all axes from `axis` on are one.
// CHECK-LABEL: func.func @graph(
//       CHECK: iterator_types = ["parallel", "reduction", "reduction"]
//       CHECK: arith.maximumf
//       CHECK: math.exp
//       CHECK: iterator_types = ["parallel", "reduction", "reduction"]
//       CHECK: arith.divf
onnx.graph @main(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>) {
  %y = "onnx.Softmax.11"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  onnx.return %y : tensor<2x3x4xf32>
}
