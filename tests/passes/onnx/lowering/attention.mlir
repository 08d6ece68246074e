// RUN: llm-opt %s --llm-lower-onnx | FileCheck %s

// Two heads of queries share a head of keys, which is not repeated: the maps of
// both products lack the group.
// CHECK-DAG: #[[$Q:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
// CHECK-DAG: #[[$K:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d5)>
// CHECK-LABEL: func.func @graph(
//       CHECK: linalg.generic {indexing_maps = [#[[$Q]], #[[$K]],
//       CHECK: arith.cmpi sle
//       CHECK: arith.select
//       CHECK: math.exp
onnx.graph @main(%q: tensor<1x4x5x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x8xf32>) -> (tensor<1x4x5x8xf32>) {
  %y = "onnx.Attention.23"(%q, %k, %v) {is_causal = 1 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0, 0>} : (tensor<1x4x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x4x5x8xf32>
  onnx.return %y : tensor<1x4x5x8xf32>
}
