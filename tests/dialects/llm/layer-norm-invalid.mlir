// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_a_scale_of_another_length(%x: tensor<?x64xf32>, %s: tensor<32xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{scale has 32 elements but a group has 64 columns}}
  %y = llm.layer_norm %x, %s, %s {epsilon = 1.0e-5 : f64} : tensor<?x64xf32>, tensor<32xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c2_a_negative_epsilon(%x: tensor<?x64xf32>, %s: tensor<64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{epsilon must not be negative}}
  %y = llm.layer_norm %x, %s, %s {epsilon = -1.0e-5 : f64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c3_a_narrower_result(%x: tensor<?x64xf32>, %s: tensor<64xf32>) -> tensor<?x32xf32> {
  // expected-error@+1 {{input has 64 columns, result 32}}
  %y = llm.layer_norm %x, %s, %s {epsilon = 1.0e-5 : f64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
