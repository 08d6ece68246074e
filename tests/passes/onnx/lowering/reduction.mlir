// RUN: llm-opt %s --llm-lower-onnx --split-input-file | FileCheck %s

// Axes that are known become a reduction of a linalg op.
// CHECK-LABEL: func.func @graph(
//       CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]
//       CHECK: arith.maximumf
onnx.graph @main(%x: tensor<?x8xf32>) -> (tensor<?x1xf32>) {
  %axes = "onnx.Constant.13"() {value = dense<-1> : tensor<1xi64>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<1xi64>
  %y = "onnx.ReduceMax.20"(%x, %axes) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  onnx.return %y : tensor<?x1xf32>
}

// -----

// Axes that only the run knows are checked, and each dimension gets a flag.
// CHECK-LABEL: func.func @graph(
//       CHECK: llm.require {{.*}}"ReduceSum: an axis is out of range"
//       CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
//       CHECK: scf.for
//       CHECK:   scf.for
onnx.graph @main(%x: tensor<4x8xf32>, %axes: tensor<1xi64>) -> (tensor<?x?xf32>) {
  %y = "onnx.ReduceSum.13"(%x, %axes) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4x8xf32>, tensor<1xi64>) -> tensor<?x?xf32>
  onnx.return %y : tensor<?x?xf32>
}

// -----

// Sums of halves are kept in f32 and rounded once.
// CHECK-LABEL: func.func @graph(
//       CHECK: arith.addf {{.*}} : f32
//       CHECK: arith.truncf {{.*}} : f32 to f16
onnx.graph @main(%x: tensor<4xf16>) -> (tensor<f16>) {
  %y = "onnx.ReduceSum.13"(%x) {keepdims = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<4xf16>) -> tensor<f16>
  onnx.return %y : tensor<f16>
}
