// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_query_columns_fill_no_heads(%q: tensor<?x60xf32>, %k: tensor<?x16xf32>) -> tensor<?x60xf32> {
  // expected-error@+1 {{query has 60 columns for 8 heads, key 16 for 2}}
  %y = llm.attention %q, %k, %k {heads = 8 : i64, kv_heads = 2 : i64, scale = 1.0 : f32} : tensor<?x60xf32>, tensor<?x16xf32>
  return %y : tensor<?x60xf32>
}

// -----

func.func @c1_no_heads(%q: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{query has 64 columns for 0 heads, key 64 for 0}}
  %y = llm.attention %q, %q, %q {heads = 0 : i64, kv_heads = 0 : i64, scale = 1.0 : f32} : tensor<?x64xf32>, tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c2_key_heads_do_not_divide_heads(%q: tensor<?x64xf32>, %k: tensor<?x48xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{4 query heads are no multiple of 3 key heads}}
  %y = llm.attention %q, %k, %k {heads = 4 : i64, kv_heads = 3 : i64, scale = 1.0 : f32} : tensor<?x64xf32>, tensor<?x48xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c3_key_head_wider_than_query_head(%q: tensor<?x64xf32>, %k: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{a query head has 16 columns but a key head has 32}}
  %y = llm.attention %q, %k, %k {heads = 4 : i64, kv_heads = 2 : i64, scale = 1.0 : f32} : tensor<?x64xf32>, tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c4_negative_window(%q: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{window must not be negative; found -1}}
  %y = llm.attention %q, %q, %q {heads = 4 : i64, kv_heads = 4 : i64, scale = 1.0 : f32, window = -1 : i64} : tensor<?x64xf32>, tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @features_of_unknown_number(%q: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error@+1 {{with a fixed number of columns}}
  %y = llm.attention %q, %q, %q {heads = 4 : i64, kv_heads = 4 : i64, scale = 1.0 : f32} : tensor<?x?xf32>, tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

func.func @c4_negative_soft_cap(%q: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{soft_cap must not be negative}}
  %y = llm.attention %q, %q, %q {heads = 4 : i64, kv_heads = 4 : i64, scale = 1.0 : f32, soft_cap = -1.0 : f32} : tensor<?x64xf32>, tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c5_fewer_sinks_than_heads(%q: tensor<?x64xf32>, %sinks: tensor<2xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{there are 2 sinks for 4 heads}}
  %y = llm.attention %q, %q, %q sinks(%sinks : tensor<2xf32>) {heads = 4 : i64, kv_heads = 4 : i64, scale = 1.0 : f32} : tensor<?x64xf32>, tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
