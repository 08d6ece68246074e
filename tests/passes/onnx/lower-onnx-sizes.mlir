// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file | FileCheck %s

// A size that ops compute stays the size that it was: nothing is compared.
// CHECK-LABEL: func.func @graph(
//   CHECK-NOT:   do not broadcast
//       CHECK:   linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<?xf32>, tensor<?xf32>)
onnx.graph @keeps_sizes_that_are_computed(%x: tensor<?xf32>) -> tensor<?xf32> {
  %size = "onnx.Shape.25"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xf32>) -> tensor<1xi64>
  %zeros = "onnx.ConstantOfShape.25"(%size) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<1xi64>) -> tensor<?xf32>
  %y = "onnx.Add.14"(%x, %zeros) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  onnx.return %y : tensor<?xf32>
}

// -----

// Sizes that only the run knows are compared by it: they are equal, or one is 1.
// CHECK-LABEL: func.func @graph(
//       CHECK:   llm.require %{{.*}}, "inputs do not broadcast: dimension 0 differs and is not 1"
//       CHECK:   linalg.generic
onnx.graph @compares_sizes_that_are_not_known(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %z = "onnx.Add.14"(%x, %y) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  onnx.return %z : tensor<?xf32>
}

// -----

// The runtime has seen that sizes of one name agree.
// CHECK-LABEL: func.func @graph(
//   CHECK-NOT:   do not broadcast
//       CHECK:   return
onnx.graph @trusts_names_of_sizes(%x: tensor<?xf32> {onnx.dims = ["n"]}, %y: tensor<?xf32> {onnx.dims = ["n"]}) -> tensor<?xf32> {
  %z = "onnx.Add.14"(%x, %y) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  onnx.return %z : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @graph(
//       CHECK:   %[[ROW:.*]] = llm.check_index %{{.*}} of %{{.*}}, "Gather: index out of range"
//       CHECK:   tensor.extract %{{.*}}[%[[ROW]]
onnx.graph @checks_indices_from_data(%x: tensor<?x4xf32>, %i: tensor<?xi64>) -> tensor<?x4xf32> {
  %y = "onnx.Gather.13"(%x, %i) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?x4xf32>, tensor<?xi64>) -> tensor<?x4xf32>
  onnx.return %y : tensor<?x4xf32>
}
