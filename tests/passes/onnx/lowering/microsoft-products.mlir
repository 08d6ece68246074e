// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics | FileCheck %s

// Nibbles become numbers once, [K, N], before the product.
// CHECK-LABEL: func.func @graph(
// CHECK: arith.shrui
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]
onnx.graph @main(%a: tensor<?x32xf32>, %b: tensor<8x1x16xui8>, %s: tensor<8x1xf32>) -> (tensor<?x8xf32>) {
  %y = "onnx.microsoft.MatMulNBits.1"(%a, %b, %s) {K = 32 : i64, N = 8 : i64, block_size = 32 : i64, bits = 4 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<?x32xf32>, tensor<8x1x16xui8>, tensor<8x1xf32>) -> tensor<?x8xf32>
  onnx.return %y : tensor<?x8xf32>
}

// -----

onnx.graph @main(%a: tensor<?x32xf32>, %b: tensor<8x1x16xui8>, %s: tensor<8x1xf32>) -> (tensor<?x8xf32>) {
  // expected-error@+1 {{MatMulNBits: K, N, block_size and bits are 32, 8, 32 and 9}}
  %y = "onnx.microsoft.MatMulNBits.1"(%a, %b, %s) {K = 32 : i64, N = 8 : i64, block_size = 32 : i64, bits = 9 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<?x32xf32>, tensor<8x1x16xui8>, tensor<8x1xf32>) -> tensor<?x8xf32>
  onnx.return %y : tensor<?x8xf32>
}
