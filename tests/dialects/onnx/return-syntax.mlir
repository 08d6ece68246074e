// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: onnx.graph @ends_graphs_and_regions(
onnx.graph @ends_graphs_and_regions(%condition: tensor<i1>, %x: tensor<?xf32>) -> tensor<?xf32> {
  // Regions are in the alphabetical order of their names: else, then.
  // CHECK: "onnx.If.16"(%{{.*}}) ({
  // CHECK-NEXT: "onnx.Neg.13"
  // CHECK-NEXT: onnx.return %{{.*}} : tensor<?xf32>
  // CHECK-NEXT: }, {
  // CHECK-NEXT: onnx.return %{{.*}} : tensor<?xf32>
  // CHECK-NEXT: })
  %0 = "onnx.If.16"(%condition) ({
    %1 = "onnx.Neg.13"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
    onnx.return %1 : tensor<?xf32>
  }, {
    onnx.return %x : tensor<?xf32>
  }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<?xf32>
  onnx.return %0 : tensor<?xf32>
}
