// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics

onnx.graph @names_all_ops_that_nothing_lowers(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
  // expected-error@+1 {{not supported yet: onnx.ml.SVMRegressor.1, onnx.training.Gradient.1}}
  %0 = "onnx.ml.SVMRegressor.1"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<2x3xf32>) -> tensor<2x1xf32>
  %1 = "onnx.ml.SVMRegressor.1"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<2x3xf32>) -> tensor<2x1xf32>
  %2 = "onnx.training.Gradient.1"(%1) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>, xs = ["x"], y = "y"}
      : (tensor<2x1xf32>) -> tensor<2x1xf32>
  onnx.return %0 : tensor<2x1xf32>
}

// -----

onnx.graph @declines_a_result_of_unknown_rank(%x: tensor<*xf32>) -> tensor<*xf32> {
  // expected-error@+1 {{not supported yet: Relu (since version 14): a result of unknown rank}}
  %y = "onnx.Relu.14"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<*xf32>) -> tensor<*xf32>
  onnx.return %y : tensor<*xf32>
}

// -----

func.func private @left_alone(tensor<?xf32>)
