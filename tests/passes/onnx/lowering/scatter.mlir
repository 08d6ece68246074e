// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file | FileCheck %s

// Places may repeat: one update after the other, slices as wholes.
// CHECK-LABEL: func.func @graph(
// CHECK-SAME: %[[DATA:.*]]: tensor<8x?xf32>, %[[INDICES:.*]]: tensor<3x1xi64>, %[[UPDATES:.*]]: tensor<3x?xf32>)
// CHECK: llm.require %{{.*}}, "ScatterND: updates have another size than their places, in dimension 1"
// CHECK: scf.for {{.*}} iter_args(%[[TARGET:.*]] = %[[DATA]])
// CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[UPDATES]]
// CHECK: tensor.insert_slice %[[SLICE]] into %[[TARGET]]
onnx.graph @main(%x: tensor<8x?xf32>, %i: tensor<3x1xi64>, %u: tensor<3x?xf32>) -> (tensor<8x?xf32>) {
  %0 = "onnx.ScatterND.18"(%x, %i, %u) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<8x?xf32>, tensor<3x1xi64>, tensor<3x?xf32>) -> tensor<8x?xf32>
  onnx.return %0 : tensor<8x?xf32>
}

// -----

// CHECK-LABEL: func.func @graph(
// CHECK: scf.for {{.*}} iter_args(%[[TARGET:.*]] =
// CHECK: %[[PLACE:.*]] = llm.check_index %{{.*}} of %{{.*}}, "ScatterElements: index out of range"
// CHECK: %[[OLD:.*]] = tensor.extract %[[TARGET]][%[[PLACE]]]
// CHECK: %[[NEW:.*]] = arith.addf %[[OLD]]
// CHECK: tensor.insert %[[NEW]] into %[[TARGET]][%[[PLACE]]]
onnx.graph @main(%x: tensor<8xf32>, %i: tensor<3xi64>, %u: tensor<3xf32>) -> (tensor<8xf32>) {
  %0 = "onnx.ScatterElements.18"(%x, %i, %u) {reduction = "add", operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<8xf32>, tensor<3xi64>, tensor<3xf32>) -> tensor<8xf32>
  onnx.return %0 : tensor<8xf32>
}
