// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_scale_shorter_than_row(%x: tensor<?x64xf32>, %s: tensor<32xf32>) {
  // expected-error@+1 {{scale has 32 elements but a group has 64 columns}}
  %sum, %y = llm.add_rms_norm %x, %x, %s {epsilon = 1.0e-5 : f64} : tensor<?x64xf32>, tensor<32xf32> -> tensor<?x64xf32>, tensor<?x64xf32>
  return
}

// -----

func.func @c2_negative_epsilon(%x: tensor<?x64xf32>, %s: tensor<64xf32>) {
  // expected-error@+1 {{epsilon must not be negative; found -5.000000e-01}}
  %sum, %y = llm.add_rms_norm %x, %x, %s {epsilon = -0.5 : f64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x64xf32>, tensor<?x64xf32>
  return
}

// -----

func.func @c3_sum_of_other_columns(%x: tensor<?x64xf32>, %s: tensor<64xf32>) {
  // expected-error@+1 {{input has 64 columns, sum 32}}
  %sum, %y = llm.add_rms_norm %x, %x, %s {epsilon = 1.0e-5 : f64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x32xf32>, tensor<?x64xf32>
  return
}

// -----

func.func @c3_result_of_other_columns(%x: tensor<?x64xf32>, %s: tensor<64xf32>) {
  // expected-error@+1 {{input has 64 columns, result 32}}
  %sum, %y = llm.add_rms_norm %x, %x, %s {epsilon = 1.0e-5 : f64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x64xf32>, tensor<?x32xf32>
  return
}
