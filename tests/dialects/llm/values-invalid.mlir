// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_tokens_and_columns_exchanged(%s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>, %i: index) {
  // expected-error@+1 {{result is a 'memref<64x32xf32>'; expected 'memref<32x64xf32>'}}
  %b = llm.values %s[%i, %i] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> -> memref<64x32xf32>
  return
}

// -----

func.func @c1_other_element_type(%s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>, %i: index) {
  // expected-error@+1 {{result is a 'memref<32x64xbf16>'; expected 'memref<32x64xf32>'}}
  %b = llm.values %s[%i, %i] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> -> memref<32x64xbf16>
  return
}
