// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// What an iteration makes larger has no fixed size in the loop; scan outputs
// grow where they are full.
// CHECK-LABEL: func.func @graph(
// CHECK: scf.while
// CHECK-SAME: tensor<?x1xf32>
// CHECK: scf.condition
// CHECK: scf.if
// CHECK: tensor.insert_slice
// CHECK: scf.yield
onnx.graph @main(%trips: tensor<i64>, %go: tensor<i1>, %start: tensor<1xf32>) -> (tensor<?xf32>, tensor<?x1xf32>) {
  %0:2 = "onnx.Loop.16"(%trips, %go, %start) ({
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %sum: tensor<?xf32>):
    %1 = "onnx.Concat.13"(%sum, %start) {axis = 0 : i64, operandSegmentSizes = array<i32: 2>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>, tensor<1xf32>) -> tensor<?xf32>
    onnx.return %c, %1, %start : tensor<i1>, tensor<?xf32>, tensor<1xf32>
  }) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 2>} : (tensor<i64>, tensor<i1>, tensor<1xf32>) -> (tensor<?xf32>, tensor<?x1xf32>)
  onnx.return %0#0, %0#1 : tensor<?xf32>, tensor<?x1xf32>
}

// -----

// CHECK-LABEL: func.func @graph(
// CHECK: scf.for
// CHECK: tensor.extract_slice %{{.*}}[0, %{{.*}}] [2, 1] [1, 1] : tensor<2x5xf32> to tensor<2xf32>
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[%{{.*}}, 0] [1, 2] [1, 1] : tensor<2xf32> into tensor<{{.*}}x2xf32>
onnx.graph @main(%start: tensor<2xf32>, %x: tensor<2x5xf32>) -> (tensor<2xf32>, tensor<5x2xf32>) {
  %0:2 = "onnx.Scan.11"(%start, %x) ({
  ^bb0(%sum: tensor<2xf32>, %row: tensor<2xf32>):
    %1 = "onnx.Add.14"(%sum, %row) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    onnx.return %1, %1 : tensor<2xf32>, tensor<2xf32>
  }) {num_scan_inputs = 1 : i64, scan_input_axes = array<i64: 1>, operandSegmentSizes = array<i32: 2>, resultSegmentSizes = array<i32: 2>} : (tensor<2xf32>, tensor<2x5xf32>) -> (tensor<2xf32>, tensor<5x2xf32>)
  onnx.return %0#0, %0#1 : tensor<2xf32>, tensor<5x2xf32>
}
