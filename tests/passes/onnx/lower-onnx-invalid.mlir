// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics

onnx.graph @names_all_ops_that_nothing_lowers(%x: tensor<?xui8>, %y: tensor<2x1xf32>) -> tensor<?x?x?xui8> {
  // expected-error@+1 {{not supported yet: onnx.ImageDecoder.20, onnx.training.Gradient.1}}
  %0 = "onnx.ImageDecoder.20"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xui8>) -> tensor<?x?x?xui8>
  %1 = "onnx.ImageDecoder.20"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<?xui8>) -> tensor<?x?x?xui8>
  %2 = "onnx.training.Gradient.1"(%y) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>, xs = ["x"], y = "y"}
      : (tensor<2x1xf32>) -> tensor<2x1xf32>
  onnx.return %0 : tensor<?x?x?xui8>
}

// -----

onnx.graph @declines_a_shape_of_unknown_length(%x: tensor<2x3xf32>, %shape: tensor<?xi64>) -> tensor<*xf32> {
  // expected-error@+1 {{not supported yet: Reshape (since version 21): a shape whose length is not known}}
  %y = "onnx.Reshape.21"(%x, %shape) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<2x3xf32>, tensor<?xi64>) -> tensor<*xf32>
  onnx.return %y : tensor<*xf32>
}

// -----

// expected-error@+1 {{not supported yet: input 'x' of unknown rank (--shape gives it one)}}
onnx.graph @declines_an_input_of_unknown_rank(%x: tensor<*xf32> {onnx.name = "x"}) -> tensor<*xf32> {
  %y = "onnx.Relu.14"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<*xf32>) -> tensor<*xf32>
  onnx.return %y : tensor<*xf32>
}

// -----

onnx.graph @refuses_ranks_that_the_standard_excludes(%x: tensor<2x3x4xf32>, %w: tensor<1x5x4xf32>, %r: tensor<1x5x5xf32>, %b: tensor<10xf32>) -> tensor<2x1x3x5xf32> {
  // expected-error@+1 {{RNN: B has rank 1; accepted: 2}}
  %y = "onnx.RNN.22"(%x, %w, %r, %b) {hidden_size = 5 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, resultSegmentSizes = array<i32: 1, 0>}
      : (tensor<2x3x4xf32>, tensor<1x5x4xf32>, tensor<1x5x5xf32>, tensor<10xf32>) -> tensor<2x1x3x5xf32>
  onnx.return %y : tensor<2x1x3x5xf32>
}

// -----

onnx.graph @refuses_ranks_below_the_least(%x: tensor<3xf32>, %s: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error@+1 {{InstanceNormalization: input has rank 1; accepted: 3 and more}}
  %y = "onnx.InstanceNormalization.22"(%x, %s, %s) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  onnx.return %y : tensor<3xf32>
}

// -----

onnx.graph @refuses_what_is_no_permutation(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // expected-error@+1 {{Transpose: perm is no permutation of the 2 dimensions}}
  %y = "onnx.Transpose.21"(%x) {perm = array<i64: 1, 1>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>}
      : (tensor<2x3xf32>) -> tensor<3x2xf32>
  onnx.return %y : tensor<3x2xf32>
}

// -----

onnx.graph @refuses_a_result_that_a_lowering_leaves_out(%q: tensor<1x2x3x4xf32>) -> (tensor<1x2x3x4xf32>, tensor<1x2x3x3xf32>) {
  // expected-error@+1 {{not supported yet: Attention (since version 23): result 1 with the attributes that it has}}
  %y:2 = "onnx.Attention.23"(%q, %q, %q) {qk_matmul_output_mode = 9 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0, 1>}
      : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> (tensor<1x2x3x4xf32>, tensor<1x2x3x3xf32>)
  onnx.return %y#0, %y#1 : tensor<1x2x3x4xf32>, tensor<1x2x3x3xf32>
}

// -----

func.func private @left_alone(tensor<?xf32>)
