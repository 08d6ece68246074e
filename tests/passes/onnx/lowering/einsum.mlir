// RUN: llm-opt %s --llm-lower-onnx | FileCheck %s

// A repeated label reads the diagonal.
// CHECK-DAG: #[[$DIAGONAL:.*]] = affine_map<(d0, d1) -> (d0, d1, d1)>
// CHECK-LABEL: func.func @graph(
//       CHECK: linalg.generic {indexing_maps = [#[[$DIAGONAL]],
onnx.graph @main(%x: tensor<2x3x3xf64>) -> (tensor<2x3xf64>) {
  %y = "onnx.Einsum.12"(%x) {equation = "...ii -> ...i", operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3x3xf64>) -> tensor<2x3xf64>
  onnx.return %y : tensor<2x3xf64>
}
