// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics | FileCheck %s

// Keys of the cache come before the new ones; heads of queries that share a
// head of keys are a group, which the keys' map lacks.
// CHECK-DAG: #[[$K:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d5)>
// CHECK-LABEL: func.func @graph(
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$K]],
// CHECK: math.exp
// CHECK: return %{{.*}}, %{{.*}}, %{{.*}} : tensor<1x1x32xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>
onnx.graph @main(%q: tensor<1x1x32xf32>, %k: tensor<1x1x16xf32>, %v: tensor<1x1x16xf32>, %pk: tensor<1x2x?x8xf32>, %pv: tensor<1x2x?x8xf32>, %lengths: tensor<1xi32>, %total: tensor<i32>) -> (tensor<1x1x32xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) {
  %y:3 = "onnx.microsoft.GroupQueryAttention.1"(%q, %k, %v, %pk, %pv, %lengths, %total) {num_heads = 4 : i64, kv_num_heads = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x1x32xf32>, tensor<1x1x16xf32>, tensor<1x1x16xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1xi32>, tensor<i32>) -> (tensor<1x1x32xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>)
  onnx.return %y#0, %y#1, %y#2 : tensor<1x1x32xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>
}

// -----

onnx.graph @main(%x: tensor<2x5x64xf32>, %p: tensor<1xi64>, %c: tensor<20x8xf32>, %s: tensor<20x8xf32>) -> (tensor<2x5x64xf32>) {
  // expected-error@+1 {{RotaryEmbedding: rotary_embedding_dim without num_heads}}
  %y = "onnx.microsoft.RotaryEmbedding.1"(%x, %p, %c, %s) {rotary_embedding_dim = 16 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x5x64xf32>, tensor<1xi64>, tensor<20x8xf32>, tensor<20x8xf32>) -> tensor<2x5x64xf32>
  onnx.return %y : tensor<2x5x64xf32>
}
