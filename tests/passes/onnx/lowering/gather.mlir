// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// Indices are data: they count from the end if negative, and are checked.
// CHECK-LABEL: func.func @graph(
// CHECK-SAME: %[[DATA:.*]]: tensor<?x4xf32>, %[[INDICES:.*]]: tensor<2x3xi32>)
// CHECK: %[[ROWS:.*]] = tensor.dim %[[DATA]]
// CHECK: llm.require %{{.*}}, "Gather: index out of range"
// CHECK: linalg.generic
// CHECK: %[[INDEX:.*]] = tensor.extract %[[INDICES]]
// CHECK: llm.check_index %{{.*}} of %[[ROWS]], "Gather: index out of range"
// CHECK: tensor.extract %[[DATA]]
// CHECK: return %{{.*}} : tensor<2x3x4xf32>
onnx.graph @main(%x: tensor<?x4xf32>, %i: tensor<2x3xi32>) -> (tensor<2x3x4xf32>) {
  %0 = "onnx.Gather.13"(%x, %i) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x4xf32>, tensor<2x3xi32>) -> tensor<2x3x4xf32>
  onnx.return %0 : tensor<2x3x4xf32>
}

// -----

onnx.graph @main(%x: tensor<2x4xf32>, %i: tensor<3x?xi64>) -> (tensor<3xf32>) {
  // expected-error@+1 {{not supported yet: GatherND (since version 13): indices whose last dimension is not known}}
  %0 = "onnx.GatherND.13"(%x, %i) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x4xf32>, tensor<3x?xi64>) -> tensor<3xf32>
  onnx.return %0 : tensor<3xf32>
}
