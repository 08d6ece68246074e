// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_keys_narrower_than_heads(%k: tensor<?x128xf32>, %s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>) {
  // expected-error@+1 {{keys have 128 columns but the state has 3 heads of 64}}
  llm.kv_append %k, %k into %s : tensor<?x128xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}
