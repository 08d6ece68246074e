// RUN: llm-opt %s --llm-insert-paged-kv | FileCheck %s

// The state has the key heads; query heads that share one read the same pages.
// CHECK: llm.state_group @[[GROUP:.*]] : !llm.state<heads = 2, head_dim = 16, page = 32, window = 0, element = f32> layers [0]
// CHECK: llm.kv_append %{{.*}}, %{{.*}} into %[[STATE:.*]] : tensor<?x32xf32>
// CHECK: llm.paged_attention %{{.*}}, %[[STATE]] {heads = 6 : i64
func.func @forward(%tokens: tensor<?xi32>, %x: tensor<?x96xf32>, %k: tensor<?x32xf32>) -> tensor<?x96xf32> {
  %y = llm.repeat %x kinds [0] : tensor<?x96xf32> {
  ^bb0(%h: tensor<?x96xf32>, %layer: index):
    %a = llm.attention %h, %k, %k {heads = 6 : i64, kv_heads = 2 : i64, scale = 0.25 : f32}
      : tensor<?x96xf32>, tensor<?x32xf32>
    llm.yield %a : tensor<?x96xf32>
  }
  return %y : tensor<?x96xf32>
}
