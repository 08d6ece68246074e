// RUN: llm-opt %s --llm-insert-paged-kv=element=f64 --verify-diagnostics

// expected-error@+1 {{a KV cache of 'f64'; accepted: f32, bf16, f16, i8}}
module {
  func.func @forward(%tokens: tensor<?xi32>) -> tensor<?xi32> {
    return %tokens : tensor<?xi32>
  }
}
