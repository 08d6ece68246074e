// RUN: llm-opt %s --cse | FileCheck %s
// RUN: llm-opt %s --canonicalize | FileCheck %s --check-prefix=DEAD

// CHECK-LABEL: onnx.graph @merges_equal_ops(
onnx.graph @merges_equal_ops(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK: %[[Y:.*]] = "onnx.Elu.6"(%{{.*}}) {alpha = 5.000000e-01 : f32
  // CHECK-NEXT: onnx.return %[[Y]], %[[Y]]
  %0 = "onnx.Elu.6"(%x) {alpha = 0.5 : f32, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = "onnx.Elu.6"(%x) {alpha = 0.5 : f32, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: onnx.graph @keeps_ops_of_other_attributes(
onnx.graph @keeps_ops_of_other_attributes(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK-COUNT-2: "onnx.Elu.6"
  %0 = "onnx.Elu.6"(%x) {alpha = 0.5 : f32, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = "onnx.Elu.6"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// The same operands stand for other inputs.
// CHECK-LABEL: onnx.graph @keeps_ops_of_other_segments(
onnx.graph @keeps_ops_of_other_segments(%x: tensor<?xf32>, %m: tensor<f32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK-COUNT-2: "onnx.Clip.13"
  %0 = "onnx.Clip.13"(%x, %m) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %1 = "onnx.Clip.13"(%x, %m) {operandSegmentSizes = array<i32: 1, 0, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  onnx.return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: onnx.graph @keeps_random_ops_apart(
// DEAD-LABEL: onnx.graph @keeps_random_ops_apart(
onnx.graph @keeps_random_ops_apart() -> (tensor<2xf32>, tensor<2xf32>) {
  // CHECK-COUNT-2: "onnx.RandomNormal.1"
  // DEAD-COUNT-2: "onnx.RandomNormal.1"
  %0 = "onnx.RandomNormal.1"() {shape = array<i64: 2>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xf32>
  %1 = "onnx.RandomNormal.1"() {shape = array<i64: 2>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xf32>
  onnx.return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: onnx.graph @keeps_random_branches_apart(
onnx.graph @keeps_random_branches_apart(%c: tensor<i1>) -> (tensor<2xf32>, tensor<2xf32>) {
  // CHECK-COUNT-2: "onnx.If.16"
  %0 = "onnx.If.16"(%c) ({
    %2 = "onnx.RandomNormal.1"() {shape = array<i64: 2>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xf32>
    onnx.return %2 : tensor<2xf32>
  }, {
    %2 = "onnx.RandomNormal.1"() {shape = array<i64: 2>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xf32>
    onnx.return %2 : tensor<2xf32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<2xf32>
  %1 = "onnx.If.16"(%c) ({
    %2 = "onnx.RandomNormal.1"() {shape = array<i64: 2>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xf32>
    onnx.return %2 : tensor<2xf32>
  }, {
    %2 = "onnx.RandomNormal.1"() {shape = array<i64: 2>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xf32>
    onnx.return %2 : tensor<2xf32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<2xf32>
  onnx.return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: onnx.graph @merges_equal_branches(
onnx.graph @merges_equal_branches(%c: tensor<i1>, %x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK: %[[Y:.*]] = "onnx.If.16"
  // CHECK-NOT: "onnx.If.16"
  // CHECK: onnx.return %[[Y]], %[[Y]]
  %0 = "onnx.If.16"(%c) ({
    %2 = "onnx.Neg.13"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
    onnx.return %2 : tensor<?xf32>
  }, {
    onnx.return %x : tensor<?xf32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<?xf32>
  %1 = "onnx.If.16"(%c) ({
    %2 = "onnx.Neg.13"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
    onnx.return %2 : tensor<?xf32>
  }, {
    onnx.return %x : tensor<?xf32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<?xf32>
  onnx.return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// DEAD-LABEL: onnx.graph @removes_what_nothing_reads(
onnx.graph @removes_what_nothing_reads(%c: tensor<i1>, %x: tensor<?xf32>) {
  // DEAD-NEXT: onnx.return
  %0 = "onnx.Relu.14"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = "onnx.RandomNormal.1"() {shape = array<i64: 2>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xf32>
  %2 = "onnx.If.16"(%c) ({
    %3 = "onnx.Neg.13"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
    onnx.return %3 : tensor<?xf32>
  }, {
    onnx.return %x : tensor<?xf32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<?xf32>
  onnx.return
}

// Without a training mode nothing is dropped.
// CHECK-LABEL: onnx.graph @merges_dropout_of_inference(
onnx.graph @merges_dropout_of_inference(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK: %[[Y:.*]] = "onnx.Dropout.13"
  // CHECK-NEXT: onnx.return %[[Y]], %[[Y]]
  %0 = "onnx.Dropout.13"(%x) {operandSegmentSizes = array<i32: 1, 0, 0>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = "onnx.Dropout.13"(%x) {operandSegmentSizes = array<i32: 1, 0, 0>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: onnx.graph @keeps_dropout_of_training_apart(
onnx.graph @keeps_dropout_of_training_apart(%x: tensor<?xf32>, %t: tensor<i1>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK-COUNT-2: "onnx.Dropout.13"
  %0 = "onnx.Dropout.13"(%x, %t) {operandSegmentSizes = array<i32: 1, 0, 1>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<?xf32>, tensor<i1>) -> tensor<?xf32>
  %1 = "onnx.Dropout.13"(%x, %t) {operandSegmentSizes = array<i32: 1, 0, 1>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<?xf32>, tensor<i1>) -> tensor<?xf32>
  onnx.return %0, %1 : tensor<?xf32>, tensor<?xf32>
}
