// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_weight_narrower_than_input(%x: tensor<?x64xf32>, %w: !llm.packed<96x32, #llm.dense<f32>>) -> tensor<?x96xf32> {
  // expected-error@+1 {{weight 0 has 32 columns but the input has 64}}
  %y = llm.linear %x, %w : tensor<?x64xf32>, !llm.packed<96x32, #llm.dense<f32>> -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}

// -----

func.func @c1_second_weight_wider_than_input(%x: tensor<?x64xf32>, %a: !llm.packed<16x64, #llm.dense<f32>>, %b: !llm.packed<16x80, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{weight 1 has 80 columns but the input has 64}}
  %y = llm.linear %x, %a, %b : tensor<?x64xf32>, !llm.packed<16x64, #llm.dense<f32>>, !llm.packed<16x80, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c1_no_weight(%x: tensor<?x64xf32>) -> tensor<?x96xf32> {
  // expected-error@+1 {{needs at least one weight}}
  %y = "llm.linear"(%x) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0>}> : (tensor<?x64xf32>) -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}

// -----

func.func @c2_result_wider_than_weights(%x: tensor<?x64xf32>, %w: !llm.packed<32x64, #llm.dense<f32>>) -> tensor<?x96xf32> {
  // expected-error@+1 {{weights have 64 rows together but the result has 96 columns}}
  %y = llm.linear %x, %w, %w : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}

// -----

func.func @c3_one_bias_for_two_weights(%x: tensor<?x64xf32>, %w: !llm.packed<32x64, #llm.dense<f32>>, %b: tensor<32xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{has 2 weights but 1 biases}}
  %y = llm.linear %x, %w, %w bias %b : tensor<32xf32> : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c3_bias_shorter_than_weight(%x: tensor<?x64xf32>, %w: !llm.packed<32x64, #llm.dense<f32>>, %b: tensor<16xf32>) -> tensor<?x32xf32> {
  // expected-error@+1 {{bias 0 has 16 elements but its weight has 32 rows}}
  %y = llm.linear %x, %w bias %b : tensor<16xf32> : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c4_residual_wider_than_result(%x: tensor<?x64xf32>, %w: !llm.packed<32x64, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{residual has 64 columns but the result has 32}}
  %y = llm.linear %x, %w residual %x : tensor<?x64xf32> : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c5_integers_without_scales(%x: tensor<?x64xi8>, %w: !llm.packed<32x64, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{an input of i8 needs scales and sums}}
  %y = llm.linear %x, %w : tensor<?x64xi8>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c5_scales_of_floats(%x: tensor<?x64xf32>, %s: tensor<?x2xf32>, %u: tensor<?x4xi32>, %w: !llm.packed<32x64, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{scales and sums go with an input of i8}}
  %y = llm.linear %x, %w scales %s, %u : tensor<?x2xf32>, tensor<?x4xi32> : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c5_scales_of_fewer_columns(%x: tensor<?x64xi8>, %s: tensor<?x1xf32>, %u: tensor<?x4xi32>, %w: !llm.packed<32x64, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{scales and sums have 1 and 4 columns for an input of 64}}
  %y = llm.linear %x, %w scales %s, %u : tensor<?x1xf32>, tensor<?x4xi32> : tensor<?x64xi8>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
