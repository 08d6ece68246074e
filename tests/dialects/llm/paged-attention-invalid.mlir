// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_query_narrower_than_heads(%q: tensor<?x512xf32>, %s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>) {
  // expected-error@+1 {{query has 512 columns; expected 9 heads of 64}}
  %y = llm.paged_attention %q, %s {heads = 9 : i64, scale = 0.125 : f32} : tensor<?x512xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}

// -----

func.func @c2_key_heads_do_not_divide_heads(%q: tensor<?x512xf32>, %s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>) {
  // expected-error@+1 {{8 query heads are no positive multiple of 3 key heads}}
  %y = llm.paged_attention %q, %s {heads = 8 : i64, scale = 0.125 : f32} : tensor<?x512xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}

// -----

func.func @c2_no_heads(%q: tensor<?x0xf32>, %s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>) {
  // expected-error@+1 {{0 query heads are no positive multiple of 3 key heads}}
  %y = llm.paged_attention %q, %s {heads = 0 : i64, scale = 0.125 : f32} : tensor<?x0xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}

// -----

func.func @c3_more_sinks_than_heads(%q: tensor<?x576xf32>, %s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>, %sinks: tensor<10xf32>) {
  // expected-error@+1 {{there are 10 sinks for 9 heads}}
  %y = llm.paged_attention %q, %s sinks(%sinks : tensor<10xf32>) {heads = 9 : i64, scale = 0.125 : f32} : tensor<?x576xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}
