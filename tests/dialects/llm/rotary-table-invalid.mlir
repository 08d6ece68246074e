// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_a_column_for_each_frequency(%p: tensor<?xi32>) -> tensor<?x2xf32> {
  // expected-error@+1 {{result has 2 columns but there are 2 frequencies}}
  %t = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0, 0.1>, scale = 1.0 : f32} : tensor<?xi32> -> tensor<?x2xf32>
  return %t : tensor<?x2xf32>
}

// -----

func.func @c2_long_frequencies_from_nowhere_on(%p: tensor<?xi32>) -> tensor<?x2xf32> {
  // expected-error@+1 {{there are 1 long frequencies for 1, from a context of 0 on}}
  %t = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0>, long_frequencies = array<f32: 0.5>, scale = 1.0 : f32} : tensor<?xi32> -> tensor<?x2xf32>
  return %t : tensor<?x2xf32>
}
