// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_gate_shorter_than_up(%x: tensor<?x64xf32>, %g: !llm.packed<16x64, #llm.dense<f32>>, %u: !llm.packed<32x64, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{gate has 16 rows, up 32, and the result 32 columns}}
  %y = llm.gated_linear "silu" %x, %g, %u : tensor<?x64xf32>, !llm.packed<16x64, #llm.dense<f32>>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c1_up_narrower_than_input(%x: tensor<?x64xf32>, %g: !llm.packed<32x64, #llm.dense<f32>>, %u: !llm.packed<32x48, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{gate has 64 columns, up 48, and the input 64}}
  %y = llm.gated_linear "silu" %x, %g, %u : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>>, !llm.packed<32x48, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c2_other_activation(%x: tensor<?x64xf32>, %w: !llm.packed<32x64, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{not supported yet: activation 'gelu'; accepted: silu, gelu_erf, gelu_tanh, relu}}
  %y = llm.gated_linear "gelu" %x, %w, %w : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c3_bias_shorter_than_result(%x: tensor<?x64xf32>, %w: !llm.packed<32x64, #llm.dense<f32>>, %b: tensor<32xf32>, %c: tensor<16xf32>) -> tensor<?x32xf32> {
  // expected-error@+1 {{a bias has 16 elements but the result has 32 columns}}
  %y = llm.gated_linear "silu" %x, %w, %w bias %b, %c : tensor<32xf32>, tensor<16xf32> : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c3_one_bias(%x: tensor<?x64xf32>, %w: !llm.packed<32x64, #llm.dense<f32>>, %b: tensor<32xf32>) -> tensor<?x32xf32> {
  // expected-error@+1 {{has one bias; expected none or two}}
  %y = "llm.gated_linear"(%x, %w, %w, %b) <{activation = "silu", operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0, 0>}> : (tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>>, !llm.packed<32x64, #llm.dense<f32>>, tensor<32xf32>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c4_integers_without_scales(%x: tensor<?x64xi8>, %w: !llm.packed<32x64, #llm.dense<f32>>) -> tensor<?x32xf32> {
  // expected-error@+1 {{an input of i8 needs scales and sums}}
  %y = llm.gated_linear "silu" %x, %w, %w : tensor<?x64xi8>, !llm.packed<32x64, #llm.dense<f32>>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
