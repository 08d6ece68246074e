// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// Outside of the tensor element 0 is read, never what lies around it.
// CHECK-LABEL: func.func @graph(
// CHECK: linalg.generic
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult
// CHECK: %[[PLACE:.*]] = arith.select %[[INSIDE]]
// CHECK: %[[VALUE:.*]] = tensor.extract %{{.*}}[%[[PLACE]]]
// CHECK: arith.select %[[INSIDE]], %[[VALUE]]
// CHECK: return %{{.*}} : tensor<7xf32>
onnx.graph @main(%x: tensor<4xf32>) -> (tensor<7xf32>) {
  %0 = "onnx.Pad.2"(%x) {pads = array<i64: 1, 2>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4xf32>) -> tensor<7xf32>
  onnx.return %0 : tensor<7xf32>
}

// -----

onnx.graph @main(%x: tensor<4xf32>) -> (tensor<7xf32>) {
  // expected-error@+1 {{Pad: mode sideways; accepted: constant, edge, reflect, wrap}}
  %0 = "onnx.Pad.2"(%x) {mode = "sideways", pads = array<i64: 1, 2>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<4xf32>) -> tensor<7xf32>
  onnx.return %0 : tensor<7xf32>
}
