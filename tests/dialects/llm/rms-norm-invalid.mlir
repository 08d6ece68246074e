// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_scale_shorter_than_row(%x: tensor<?x64xf32>, %s: tensor<32xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{scale has 32 elements but a group has 64 columns}}
  %y = llm.rms_norm %x, %s {epsilon = 1.0e-5 : f64} : tensor<?x64xf32>, tensor<32xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c1_scale_longer_than_group(%x: tensor<?x64xf32>, %s: tensor<64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{scale has 64 elements but a group has 16 columns}}
  %y = llm.rms_norm %x, %s {epsilon = 1.0e-5 : f64, groups = 4 : i64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c2_negative_epsilon(%x: tensor<?x64xf32>, %s: tensor<64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{epsilon must not be negative; found -1.0}}
  %y = llm.rms_norm %x, %s {epsilon = -1.0 : f64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c3_result_of_other_columns(%x: tensor<?x64xf32>, %s: tensor<64xf32>) -> tensor<?x32xf32> {
  // expected-error@+1 {{input has 64 columns, result 32, in 1 groups}}
  %y = llm.rms_norm %x, %s {epsilon = 1.0e-5 : f64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @c3_groups_do_not_divide_columns(%x: tensor<?x64xf32>, %s: tensor<21xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{input has 64 columns, result 64, in 3 groups}}
  %y = llm.rms_norm %x, %s {epsilon = 1.0e-5 : f64, groups = 3 : i64} : tensor<?x64xf32>, tensor<21xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
