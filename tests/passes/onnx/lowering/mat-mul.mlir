// RUN: llm-opt %s --llm-lower-onnx --split-input-file | FileCheck %s

// Leading dimensions of size 1 broadcast by the map of the input.
// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2, d3) -> (0, d3, d2)>
// CHECK-LABEL: func.func @graph(
//       CHECK: linalg.generic {indexing_maps = [#[[$A]], #[[$B]], {{.*}}iterator_types = ["parallel", "parallel", "parallel", "reduction"]
onnx.graph @main(%a: tensor<5x2x3xf32>, %b: tensor<1x3x4xf32>) -> (tensor<5x2x4xf32>) {
  %y = "onnx.MatMul.13"(%a, %b) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<5x2x3xf32>, tensor<1x3x4xf32>) -> tensor<5x2x4xf32>
  onnx.return %y : tensor<5x2x4xf32>
}

// -----

// What tiles take row by row is turned, so that what is summed comes last.
// CHECK-DAG: #[[$TURNED:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-LABEL: func.func @graph(
//  CHECK-SAME:   %[[X:.*]]: tensor<3x2xf32>,
//       CHECK: linalg.generic {indexing_maps = [#[[$TURNED]], {{.*}} ins(%[[X]]
//       CHECK: linalg.generic {indexing_maps = [#[[$A]],
//       CHECK: linalg.generic
//       CHECK: arith.addf
onnx.graph @main(%a: tensor<3x2xf32>, %b: tensor<3x4xf32>, %c: tensor<4xf32>) -> (tensor<2x4xf32>) {
  %y = "onnx.Gemm.13"(%a, %b, %c) {transA = 1 : i64, operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<3x2xf32>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  onnx.return %y : tensor<2x4xf32>
}
