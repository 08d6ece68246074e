// RUN: llm-opt %s --llm-lower-onnx --verify-diagnostics

onnx.graph @main(%q: tensor<1x5x32xf32>, %k: tensor<1x5x32xf32>, %v: tensor<1x5x32xf32>) -> (tensor<1x5x32xf32>) {
  // expected-error@+1 {{Attention: inputs of rank 3 need q_num_heads and kv_num_heads}}
  %y = "onnx.Attention.23"(%q, %k, %v) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0, 0>} : (tensor<1x5x32xf32>, tensor<1x5x32xf32>, tensor<1x5x32xf32>) -> tensor<1x5x32xf32>
  onnx.return %y : tensor<1x5x32xf32>
}
