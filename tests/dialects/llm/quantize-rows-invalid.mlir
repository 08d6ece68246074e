// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_result_of_other_columns(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{result, scales and sums have 32, 2 and 4 columns; expected 64, 2 and 4}}
  %q, %s, %u = llm.quantize_rows %x : tensor<?x64xf32> -> tensor<?x32xi8>, tensor<?x2xf32>, tensor<?x4xi32>
  return
}

// -----

func.func @c1_last_group_without_scale(%x: tensor<?x40xf32>) {
  // expected-error@+1 {{result, scales and sums have 40, 1 and 3 columns; expected 40, 2 and 3}}
  %q, %s, %u = llm.quantize_rows %x : tensor<?x40xf32> -> tensor<?x40xi8>, tensor<?x1xf32>, tensor<?x3xi32>
  return
}

// -----

func.func @c1_a_sum_for_each_scale(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{result, scales and sums have 64, 2 and 2 columns; expected 64, 2 and 4}}
  %q, %s, %u = llm.quantize_rows %x : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x2xf32>, tensor<?x2xi32>
  return
}
