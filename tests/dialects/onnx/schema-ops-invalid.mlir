// RUN: llm-opt %s --split-input-file --verify-diagnostics

onnx.graph @no_such_version(%x: tensor<?xf32>) {
  // expected-error@+1 {{unregistered operation 'onnx.Relu.12' found in dialect ('onnx') that does not allow unknown operations}}
  %0 = "onnx.Relu.12"(%x) : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @no_segments(%x: tensor<?xf32>) {
  // expected-error@+1 {{'operandSegmentSizes' must hold one i32 for each of the 1 formal inputs}}
  %0 = "onnx.Relu.14"(%x) : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @segments_of_other_values(%x: tensor<?xf32>) {
  // expected-error@+1 {{'resultSegmentSizes' must hold one i32 for each of the 1 formal outputs}}
  %0 = "onnx.Relu.14"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @segments_beyond_the_operands(%x: tensor<1x1x1x1xf32>) {
  // expected-error@+1 {{'operandSegmentSizes' sums up to 3 but there are 2 inputs}}
  %0 = "onnx.Conv.11"(%x, %x) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  onnx.return
}

// -----

onnx.graph @absent_input_that_is_needed(%x: tensor<?xf32>) {
  // expected-error@+1 {{input 'B' is 0 values; accepted: 1}}
  %0 = "onnx.Add.14"(%x) {operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @optional_input_given_twice(%x: tensor<?xf32>, %m: tensor<f32>) {
  // expected-error@+1 {{input 'min' is 2 values; accepted: 0 or 1}}
  %0 = "onnx.Clip.13"(%x, %m, %m) {operandSegmentSizes = array<i32: 1, 2, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>, tensor<f32>, tensor<f32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @variadic_input_of_nothing() {
  // expected-error@+1 {{input 'inputs' is 0 values; accepted: at least 1}}
  %0 = "onnx.Concat.13"() {axis = 0 : i64, operandSegmentSizes = array<i32: 0>, resultSegmentSizes = array<i32: 1>} : () -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @element_type_not_accepted(%x: tensor<?xi1>) {
  // expected-error@+1 {{input 'X' is 'tensor<?xi1>'; accepted: tensor of f32, f16, f64}}
  %0 = "onnx.Elu.6"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi1>) -> tensor<?xi1>
  onnx.return
}

// -----

onnx.graph @tensor_instead_of_a_sequence(%x: tensor<?xf32>) {
  // expected-error@+1 {{input 'input_sequence' is 'tensor<?xf32>'; accepted: sequence of tensor of f32, }}
  %0 = "onnx.SequenceLength.11"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<i64>
  onnx.return
}

// -----

onnx.graph @types_of_one_variable_differ(%x: tensor<?xf32>, %y: tensor<?xf16>) {
  // expected-error@+1 {{input 'B' is 'tensor<?xf16>' but 'A' is 'tensor<?xf32>'; both are T}}
  %0 = "onnx.Add.14"(%x, %y) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>, tensor<?xf16>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @output_of_another_type(%x: tensor<?xf32>) {
  // expected-error@+1 {{output 'Y' is 'tensor<?xf64>' but 'X' is 'tensor<?xf32>'; both are T}}
  %0 = "onnx.Relu.14"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf64>
  onnx.return
}

// -----

onnx.graph @unknown_attribute(%x: tensor<?xf32>) {
  // expected-error@+1 {{has no attribute 'slope'}}
  %0 = "onnx.Relu.14"(%x) {slope = 1.0 : f32, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @missing_attribute(%x: tensor<?xf32>) {
  // expected-error@+1 {{needs the attribute 'axis'}}
  %0 = "onnx.Concat.13"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @integer_of_another_width(%x: tensor<?xf32>) {
  // expected-error@+1 {{attribute 'axis' is 0 : i32; accepted: an i64}}
  %0 = "onnx.Concat.13"(%x) {axis = 0 : i32, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @real_of_another_width(%x: tensor<?xf32>) {
  // expected-error@+1 {{attribute 'alpha' is 1.000000e+00 : f64; accepted: an f32}}
  %0 = "onnx.Elu.6"(%x) {alpha = 1.0 : f64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @string_is_no_string(%x: tensor<?xf32>) {
  // expected-error@+1 {{attribute 'equation' is 1 : i64; accepted: a string}}
  %0 = "onnx.Einsum.12"(%x) {equation = 1 : i64, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @list_of_another_kind(%x: tensor<?x?xf32>) {
  // expected-error@+1 {{attribute 'perm' is [1, 0]; accepted: array<i64: ...>}}
  %0 = "onnx.Transpose.13"(%x) {perm = [1, 0], operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  onnx.return
}

// -----

onnx.graph @list_of_reals_of_another_kind(%x: tensor<?xi64>) {
  // expected-error@+1 {{attribute 'values_floats' is array<f64: 1.000000e+00>; accepted: array<f32: ...>}}
  %0 = "onnx.ml.LabelEncoder.4"(%x) {values_floats = array<f64: 1.0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi64>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @list_of_more_than_strings(%x: tensor<?xi64>) {
  // expected-error@+1 {{attribute 'values_strings' is ["a", 1]; accepted: a list of strings}}
  %0 = "onnx.ml.LabelEncoder.4"(%x) {values_strings = ["a", 1], operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi64>) -> tensor<?x!onnx.string>
  onnx.return
}

// -----

onnx.graph @tensor_of_no_type_of_onnx() {
  // expected-error@+1 {{attribute 'value' is dense<0> : tensor<2xindex>; accepted: dense<...> of a tensor}}
  %0 = "onnx.Constant.13"() {value = dense<0> : tensor<2xindex>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xi64>
  onnx.return
}

// -----

onnx.graph @type_is_no_type() {
  // expected-error@+1 {{attribute 'type' is "f32"; accepted: a type}}
  %0 = "onnx.Optional.15"() {type = "f32", operandSegmentSizes = array<i32: 0>, resultSegmentSizes = array<i32: 1>} : () -> !onnx.optional<tensor<f32>>
  onnx.return
}

// -----

onnx.graph @sparse_constant() {
  // expected-error@+1 {{accepted: nothing; sparse tensors are made dense when a model is read}}
  %0 = "onnx.Constant.13"() {sparse_value = sparse<[[0]], [1.0]> : tensor<2xf32>, operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>} : () -> tensor<2xf32>
  onnx.return
}

// -----

onnx.graph @graph_given_as_an_attribute(%c: tensor<i1>) {
  // expected-error@+1 {{attribute 'then_branch' is @other; accepted: a region of the op}}
  "onnx.If.16"(%c) ({ onnx.return }, { onnx.return }) {then_branch = @other, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 0>} : (tensor<i1>) -> ()
  onnx.return
}

// -----

onnx.graph @too_few_regions(%c: tensor<i1>) {
  // expected-error@+1 {{has 1 regions; accepted: 2, one for each graph attribute}}
  "onnx.If.16"(%c) ({ onnx.return }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 0>} : (tensor<i1>) -> ()
  onnx.return
}

// -----

onnx.graph @empty_branch(%c: tensor<i1>) {
  // expected-error@+1 {{needs the graph 'else_branch'}}
  "onnx.If.16"(%c) ({}, { onnx.return }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 0>} : (tensor<i1>) -> ()
  onnx.return
}

// -----

onnx.graph @branch_without_an_end(%c: tensor<i1>) {
  // expected-error@+1 {{graph 'then_branch' must be one block that ends in onnx.return}}
  "onnx.If.16"(%c) ({ onnx.return }, { llvm.unreachable }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 0>} : (tensor<i1>) -> ()
  onnx.return
}

// -----

onnx.graph @branch_returns_too_few(%c: tensor<i1>) {
  // expected-error@+1 {{graph 'else_branch' returns 0 values; accepted: 1}}
  %0 = "onnx.If.16"(%c) ({ onnx.return }, { onnx.return }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<f32>
  onnx.return
}

// -----

onnx.graph @branch_returns_another_type(%c: tensor<i1>, %x: tensor<f32>, %y: tensor<f64>) {
  // expected-error@+1 {{graph 'then_branch' returns 'tensor<f64>' for a result of 'tensor<?xf32>'}}
  %0 = "onnx.If.16"(%c) ({ onnx.return %x : tensor<f32> }, { onnx.return %y : tensor<f64> }) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i1>) -> tensor<?xf32>
  onnx.return
}

// -----

onnx.graph @body_of_a_loop_without_its_count(%n: tensor<i64>, %x: tensor<f32>) {
  // expected-error@+1 {{graph 'body' takes 2 values; accepted: 3}}
  %0 = "onnx.Loop.16"(%n, %x) ({
  ^bb0(%condition: tensor<i1>, %carried: tensor<f32>):
    onnx.return %condition, %carried : tensor<i1>, tensor<f32>
  }) {operandSegmentSizes = array<i32: 1, 0, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i64>, tensor<f32>) -> tensor<f32>
  onnx.return
}

// -----

onnx.graph @body_of_a_loop_takes_another_type(%n: tensor<i64>, %x: tensor<f32>) {
  // expected-error@+1 {{graph 'body' takes 'tensor<f64>' but is given 'tensor<f32>'}}
  %0 = "onnx.Loop.16"(%n, %x) ({
  ^bb0(%i: tensor<i64>, %condition: tensor<i1>, %carried: tensor<f64>):
    onnx.return %condition, %x : tensor<i1>, tensor<f32>
  }) {operandSegmentSizes = array<i32: 1, 0, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<i64>, tensor<f32>) -> tensor<f32>
  onnx.return
}
