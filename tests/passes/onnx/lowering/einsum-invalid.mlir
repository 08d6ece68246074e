// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics

onnx.graph @main(%x: tensor<2x3xf32>) -> (tensor<2xf32>) {
  // expected-error@+1 {{Einsum: a term of 'i->i' has 1 labels, its input rank 2}}
  %y = "onnx.Einsum.12"(%x) {equation = "i->i", operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  onnx.return %y : tensor<2xf32>
}

// -----

onnx.graph @main(%x: tensor<2x3xf32>) -> (tensor<2x2xf32>) {
  // expected-error@+1 {{a label of the result of 'ij->ii' repeats or stands in no term}}
  %y = "onnx.Einsum.12"(%x) {equation = "ij->ii", operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  onnx.return %y : tensor<2x2xf32>
}
