// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// A sequence is the address of a GraphValue; its tensors are copied into memory
// that lives as long as the call.
// CHECK-LABEL: func.func @graph(
// CHECK-SAME: %[[SEQUENCE:.*]]: !llvm.ptr, %[[X:.*]]: tensor<?xf32>) -> !llvm.ptr
// CHECK: llm.allocate
// CHECK: bufferization.materialize_in_destination %[[X]] in restrict writable
onnx.graph @main(%s: !onnx.sequence<tensor<?xf32>>, %x: tensor<?xf32>) -> (!onnx.sequence<tensor<?xf32>>) {
  %0 = "onnx.SequenceInsert.11"(%s, %x) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (!onnx.sequence<tensor<?xf32>>, tensor<?xf32>) -> !onnx.sequence<tensor<?xf32>>
  onnx.return %0 : !onnx.sequence<tensor<?xf32>>
}

// -----

// CHECK-LABEL: func.func @graph(
// CHECK: llm.require %{{.*}}, "SequenceAt: position out of range"
// CHECK: llm.require %{{.*}}, "a tensor of a sequence has another rank than expected"
// CHECK: %[[ITEM:.*]] = bufferization.to_tensor
// CHECK: return %[[ITEM]]
onnx.graph @main(%s: !onnx.sequence<tensor<?xf32>>, %i: tensor<i64>) -> (tensor<?xf32>) {
  %0 = "onnx.SequenceAt.11"(%s, %i) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (!onnx.sequence<tensor<?xf32>>, tensor<i64>) -> tensor<?xf32>
  onnx.return %0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @graph(
// CHECK: llm.require %{{.*}}, "OptionalGetElement: there is no element"
onnx.graph @main(%o: !onnx.optional<tensor<?xf32>>) -> (tensor<?xf32>) {
  %0 = "onnx.OptionalGetElement.18"(%o) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (!onnx.optional<tensor<?xf32>>) -> tensor<?xf32>
  onnx.return %0 : tensor<?xf32>
}
