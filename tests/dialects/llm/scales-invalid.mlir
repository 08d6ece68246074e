// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_pages_without_scales(%s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = bf16>, %i: index) {
  // expected-error@+1 {{expected "keys" or "values" of a state of i8; found 'keys' of '!llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = bf16>'}}
  %k = llm.scales "keys" of %s[%i, %i] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = bf16> -> memref<32xf32>
  return
}

// -----

func.func @c1_of_neither_keys_nor_values(%s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = i8>, %i: index) {
  // expected-error@+1 {{expected "keys" or "values" of a state of i8; found 'queries'}}
  %k = llm.scales "queries" of %s[%i, %i] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = i8> -> memref<32xf32>
  return
}
