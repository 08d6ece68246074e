// RUN: llm-opt %s --llm-raise-decoder --split-input-file --verify-diagnostics | FileCheck %s

// What is no decoder of known parts is left as it is, and the remark says why.
// CHECK-LABEL: onnx.graph @declines_what_it_does_not_know(
llm.parameter @embed : tensor<16x8xf32> from "F32" ["embed"]
onnx.graph @declines_what_it_does_not_know(%ids: tensor<1x?xi64> {onnx.name = "input_ids"})
    -> (tensor<1x?x8xf32> {onnx.name = "logits"}) {
  %embed = llm.weight @embed : tensor<16x8xf32>
  %x = "onnx.Gather.13"(%embed, %ids) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<16x8xf32>, tensor<1x?xi64>) -> tensor<1x?x8xf32>
  // expected-remark @below {{compiled as a general graph, without a KV cache: onnx.Det.22 has no place in a decoder that is known}}
  %0 = "onnx.Det.22"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1x?x8xf32>) -> tensor<1xf32>
  %1 = "onnx.Mul.14"(%x, %0) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1x?x8xf32>, tensor<1xf32>) -> tensor<1x?x8xf32>
  onnx.return %1 : tensor<1x?x8xf32>
}

// -----

// CHECK-LABEL: onnx.graph @leaves_other_graphs_alone(
onnx.graph @leaves_other_graphs_alone(%x: tensor<4xf32> {onnx.name = "x"}) -> (tensor<4xf32> {onnx.name = "y"}) {
  onnx.return %x : tensor<4xf32>
}
