// RUN: llm-opt %s --llm-lower-onnx | FileCheck %s

// Many parts are put together in steps: 32 of them first, then that and the
// last one.
// CHECK-LABEL: func.func @graph
// CHECK-COUNT-32: tensor.insert_slice {{.*}} into tensor<?x32xf32>
// CHECK-COUNT-2: tensor.insert_slice {{.*}} into tensor<?x33xf32>
// CHECK-NOT: tensor.insert_slice
onnx.graph @main(%x: tensor<?x1xf32> {onnx.name = "x"}) -> (tensor<?x33xf32> {onnx.name = "y"}) {
  %y = "onnx.Concat.13"(%x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x, %x) {axis = 1 : i64, operandSegmentSizes = array<i32: 33>, resultSegmentSizes = array<i32: 1>} : (tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x33xf32>
  onnx.return %y : tensor<?x33xf32>
}
