// RUN: llm-opt %s --llm-specialize-rows=classes=1,64 --verify-diagnostics

// expected-error@+1 {{expected a function @step; --llm-insert-paged-kv makes it}}
module {
  func.func @forward(%tokens: tensor<?xi32>) -> tensor<?xi32> {
    return %tokens : tensor<?xi32>
  }
}
