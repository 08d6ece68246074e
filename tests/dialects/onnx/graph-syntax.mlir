// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: onnx.graph @main(%{{.*}}: tensor<?x3xf32> {onnx.name = "x"}) -> (tensor<?x3xf32> {onnx.name = "y"}) {
//  CHECK-NEXT:   %[[Y:.*]] = "onnx.Relu.14"(%{{.*}}) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x3xf32>) -> tensor<?x3xf32>
//  CHECK-NEXT:   onnx.return %[[Y]] : tensor<?x3xf32>
onnx.graph @main(%x: tensor<?x3xf32> {onnx.name = "x"}) -> (tensor<?x3xf32> {onnx.name = "y"}) {
  %0 = "onnx.Relu.14"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  onnx.return %0 : tensor<?x3xf32>
}

// CHECK-LABEL: onnx.graph @empty() {
//  CHECK-NEXT:   onnx.return
onnx.graph @empty() {
  onnx.return
}

// CHECK-LABEL: onnx.graph @same(
//  CHECK-NEXT:   onnx.return
onnx.graph @same(%x: tensor<?xf32> {onnx.name = "x"})
    -> (tensor<?xf32> {onnx.name = "y"}) {
  onnx.return %x : tensor<?xf32>
}
