// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics | FileCheck %s

// Tokens follow one another in a loop that carries the state, [batch, head of
// keys, size of keys, size of values], and what was read so far.
// CHECK-LABEL: func.func @graph(
// CHECK: scf.for {{.*}} -> (tensor<1x2x4x4xf32>, tensor<1x?x2x4xf32>)
// CHECK: math.exp
// CHECK: tensor.insert_slice
onnx.graph @main(%q: tensor<1x?x8xf32>, %k: tensor<1x?x8xf32>, %v: tensor<1x?x8xf32>, %decay: tensor<1x?x2xf32>) -> (tensor<1x?x8xf32>) {
  %y = "onnx.LinearAttention.27"(%q, %k, %v, %decay) {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, update_rule = "gated", operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 0>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<1x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x2xf32>) -> tensor<1x?x8xf32>
  onnx.return %y : tensor<1x?x8xf32>
}

// -----

onnx.graph @main(%q: tensor<1x?x8xf32>, %k: tensor<1x?x8xf32>, %v: tensor<1x?x8xf32>) -> (tensor<1x?x8xf32>) {
  // expected-error@+1 {{LinearAttention: update_rule 'gated' needs decay}}
  %y = "onnx.LinearAttention.27"(%q, %k, %v) {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, update_rule = "gated", operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<1x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
  onnx.return %y : tensor<1x?x8xf32>
}
