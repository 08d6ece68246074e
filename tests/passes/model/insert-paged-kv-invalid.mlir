// RUN: llm-opt %s --llm-insert-paged-kv --split-input-file --verify-diagnostics

func.func @forward(%tokens: tensor<?xi32>, %x: tensor<4x16xf32>, %init: tensor<16x4xf32>) -> tensor<16x4xf32> {
  // expected-error@+1 {{the model is not causal: 'linalg.transpose' mixes tokens in a way that cannot be done step by step}}
  %t = linalg.transpose ins(%x : tensor<4x16xf32>) outs(%init : tensor<16x4xf32>) permutation = [1, 0]
  return %t : tensor<16x4xf32>
}

// -----

// A slice of some rows sees other tokens than its own.
func.func @forward(%tokens: tensor<?xi32>, %x: tensor<?x16xf32>) -> tensor<4x16xf32> {
  // expected-error@+1 {{the model is not causal: 'tensor.extract_slice' mixes tokens}}
  %t = tensor.extract_slice %x[1, 0] [4, 16] [1, 1] : tensor<?x16xf32> to tensor<4x16xf32>
  return %t : tensor<4x16xf32>
}

// -----

func.func @forward(%tokens: tensor<?xi32>, %x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  // expected-error@+1 {{not supported yet: 'llm.attention' outside llm.repeat; roll the layers first}}
  %a = llm.attention %x, %x, %x {heads = 1 : i64, kv_heads = 1 : i64, scale = 0.25 : f32}
    : tensor<?x16xf32>, tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// -----

// expected-error@+1 {{expected a function @forward from tokens to logits}}
module {
}
