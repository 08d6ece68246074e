// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// A size that ops compute stays the size that it was: nothing is checked or
// broadcast between tensors that have it.
// CHECK-LABEL: func.func @graph(
//   CHECK-NOT:   do not broadcast
//       CHECK:   linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<?xf32>, tensor<?xf32>)
onnx.graph @keeps_sizes_as_dimensions(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = "onnx.Shape.25"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<?xf32>) -> tensor<1xi64>
  %1 = "onnx.ConstantOfShape.25"(%0) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<1xi64>) -> tensor<?xf32>
  %2 = "onnx.Add.14"(%x, %1) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  onnx.return %2 : tensor<?xf32>
}

// -----

onnx.graph @names_what_it_declines(%x: tensor<*xf32>) -> tensor<*xf32> {
  // expected-error @below {{not supported yet: Relu (since version 14): a result of unknown rank}}
  %0 = "onnx.Relu.14"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
    : (tensor<*xf32>) -> tensor<*xf32>
  onnx.return %0 : tensor<*xf32>
}
