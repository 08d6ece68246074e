// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics

onnx.graph @main(%x: tensor<4x8xf32>) -> (tensor<4xi64>) {
  // expected-error@+1 {{ArgMax: axis 2 of a tensor of rank 2; accepted: -2 to 1}}
  %y = "onnx.ArgMax.13"(%x) {axis = 2 : i64, keepdims = 0 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x8xf32>) -> tensor<4xi64>
  onnx.return %y : tensor<4xi64>
}
