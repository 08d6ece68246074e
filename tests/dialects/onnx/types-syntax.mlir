// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: onnx.graph @keeps_every_type(
// CHECK-SAME: tensor<2x!onnx.string>
// CHECK-SAME: !onnx.sequence<tensor<?xf32>>
// CHECK-SAME: !onnx.optional<!onnx.sequence<tensor<*xi64>>>
// CHECK-SAME: !onnx.map<i64, tensor<f32>>
onnx.graph @keeps_every_type(%strings: tensor<2x!onnx.string>,
                             %sequence: !onnx.sequence<tensor<?xf32>>,
                             %optional: !onnx.optional<!onnx.sequence<tensor<*xi64>>>,
                             %map: !onnx.map<i64, tensor<f32>>) {
  // CHECK: value = dense<["one", "two"]> : tensor<2x!onnx.string>
  %0 = "onnx.Constant.13"() {value = dense<["one", "two"]> : tensor<2x!onnx.string>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2x!onnx.string>
  // CHECK: "onnx.ml.DictVectorizer.1"
  %1 = "onnx.ml.DictVectorizer.1"(%map) {int64_vocabulary = array<i64: 1, 2>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (!onnx.map<i64, tensor<f32>>) -> tensor<?xf32>
  // CHECK: "onnx.SequenceLength.11"
  %2 = "onnx.SequenceLength.11"(%sequence) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (!onnx.sequence<tensor<?xf32>>) -> tensor<i64>
  // CHECK: "onnx.OptionalHasElement.18"
  %3 = "onnx.OptionalHasElement.18"(%optional) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (!onnx.optional<!onnx.sequence<tensor<*xi64>>>) -> tensor<i1>
  onnx.return
}
