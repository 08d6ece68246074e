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

// -----

// A condition that is known leaves one branch, of whatever rank.
// CHECK-LABEL: func.func @graph(
// CHECK-NOT: scf.if
// CHECK: return %{{.*}} : tensor<?x3xf32>
onnx.graph @main(%x: tensor<?x1x3xf32>) -> (tensor<*xf32>) {
  %shape = "onnx.Shape.1"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x1x3xf32>) -> tensor<3xi64>
  %one = "onnx.Constant.25"() {value = dense<1> : tensor<i64>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<i64>
  %axis = "onnx.Constant.25"() {value = dense<1> : tensor<1xi64>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<1xi64>
  %size = "onnx.Gather.13"(%shape, %one) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  %c = "onnx.Equal.13"(%size, %one) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i64>, tensor<i64>) -> tensor<i1>
  %0 = "onnx.If.16"(%c) ({
    onnx.return %x : tensor<?x1x3xf32>
  }, {
    %1 = "onnx.Squeeze.13"(%x, %axis) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x1x3xf32>, tensor<1xi64>) -> tensor<*xf32>
    onnx.return %1 : tensor<*xf32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<*xf32>
  %2 = "onnx.Relu.14"(%0) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<*xf32>) -> tensor<*xf32>
  onnx.return %2 : tensor<*xf32>
}

// -----

// Branches of two ranks become one where every reader broadcasts them.
// CHECK-LABEL: func.func @graph(
// CHECK: scf.if %{{.*}} -> (tensor<1xf32>)
// CHECK: tensor.expand_shape %{{.*}} [] output_shape [1] : tensor<f32> into tensor<1xf32>
onnx.graph @main(%c: tensor<i1>, %a: tensor<f32>, %b: tensor<1xf32>, %x: tensor<?xf32>) -> (tensor<?xf32>) {
  %0 = "onnx.If.16"(%c) ({
    onnx.return %a : tensor<f32>
  }, {
    onnx.return %b : tensor<1xf32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<*xf32>
  %1 = "onnx.Mul.14"(%x, %0) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>, tensor<*xf32>) -> tensor<?xf32>
  onnx.return %1 : tensor<?xf32>
}

// -----

// What reads branches of two ranks decides between them: a Conv reads no
// scalar. The call ends where the other branch would be taken.
// CHECK-LABEL: func.func @graph(
// CHECK: %[[CONDITION:.*]] = tensor.extract
// CHECK: %[[OTHER:.*]] = arith.xori %[[CONDITION]]
// CHECK: llm.require %[[OTHER]]
// CHECK-NOT: scf.if
// CHECK: return %{{.*}} : tensor<1x1x?xf32>
onnx.graph @main(%c: tensor<i1>, %a: tensor<f32>, %b: tensor<1x1x?xf32>, %w: tensor<1x1x1xf32>) -> (tensor<1x1x?xf32>) {
  // expected-warning@+1 {{If: the branches give values of ranks 0 and 3; compiled for the second of them}}
  %0 = "onnx.If.16"(%c) ({
    onnx.return %b : tensor<1x1x?xf32>
  }, {
    onnx.return %a : tensor<f32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<*xf32>
  %1 = "onnx.Conv.11"(%0, %w) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<*xf32>, tensor<1x1x1xf32>) -> tensor<1x1x?xf32>
  onnx.return %1 : tensor<1x1x?xf32>
}

// -----

// The body tells the rank of a row that declares none.
// CHECK-LABEL: func.func @graph(
// CHECK: scf.for {{.*}} -> (tensor<5x1x2xf32>)
onnx.graph @main(%start: tensor<2xf32>, %x: tensor<5x2xf32>, %shape: tensor<2xi64>) -> (tensor<*xf32>) {
  %0:2 = "onnx.Scan.11"(%start, %x) ({
  ^bb0(%sum: tensor<2xf32>, %row: tensor<2xf32>):
    %axis = "onnx.Constant.25"() {value = dense<0> : tensor<1xi64>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<1xi64>
    %1 = "onnx.Unsqueeze.13"(%row, %axis) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2xf32>, tensor<1xi64>) -> tensor<*xf32>
    onnx.return %sum, %1 : tensor<2xf32>, tensor<*xf32>
  }) {num_scan_inputs = 1 : i64, operandSegmentSizes = array<i32: 2>, resultSegmentSizes = array<i32: 2>} : (tensor<2xf32>, tensor<5x2xf32>) -> (tensor<2xf32>, tensor<*xf32>)
  onnx.return %0#1 : tensor<*xf32>
}
