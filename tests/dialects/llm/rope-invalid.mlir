// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_columns_fill_no_heads(%x: tensor<?x60xf32>, %t: tensor<?x8xf32>) -> tensor<?x60xf32> {
  // expected-error@+1 {{input has 60 columns, no multiple of 7 heads}}
  %y = llm.rope %x, %t {heads = 7 : i64} : tensor<?x60xf32>, tensor<?x8xf32>
  return %y : tensor<?x60xf32>
}

// -----

func.func @c2_table_wider_than_a_head(%x: tensor<?x64xf32>, %t: tensor<?x32xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{table has 32 columns; expected an even number of at most 16}}
  %y = llm.rope %x, %t {heads = 4 : i64} : tensor<?x64xf32>, tensor<?x32xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c2_odd_table(%x: tensor<?x64xf32>, %t: tensor<?x15xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{table has 15 columns; expected an even number of at most 16}}
  %y = llm.rope %x, %t {heads = 4 : i64} : tensor<?x64xf32>, tensor<?x15xf32>
  return %y : tensor<?x64xf32>
}
