// RUN: llm-opt %s --llm-insert-paged-kv | FileCheck %s

// Layers of different windows keep states of different groups, each with a
// block table of its own.
// CHECK-DAG: llm.state_group @[[FULL:.*]] : !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = f32> layers [0, 2]
// CHECK-DAG: llm.state_group @[[WINDOW:.*]] : !llm.state<heads = 1, head_dim = 16, page = 32, window = 8, element = f32> layers [1, 3]
// CHECK:     func.func @step({{.*}} {llm.argument = "state_table.0"}, {{.*}} {llm.argument = "state_table.1"}
// CHECK:     llm.repeat %{{.*}} kinds [0, 1, 0, 1]
// CHECK:       llm.state @[[FULL]][%{{.*}}] : <heads = 1, head_dim = 16, page = 32, window = 0, element = f32>
// CHECK:       llm.state @[[WINDOW]][%{{.*}}] : <heads = 1, head_dim = 16, page = 32, window = 8, element = f32>
func.func @forward(%tokens: tensor<?xi32>, %x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %y = llm.repeat %x kinds [0, 1, 0, 1] : tensor<?x16xf32> {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %a = llm.attention %h, %h, %h {heads = 1 : i64, kv_heads = 1 : i64, scale = 0.25 : f32}
      : tensor<?x16xf32>, tensor<?x16xf32>
    llm.yield %a : tensor<?x16xf32>
  }, {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %a = llm.attention %h, %h, %h {heads = 1 : i64, kv_heads = 1 : i64, scale = 0.25 : f32, window = 8 : i64}
      : tensor<?x16xf32>, tensor<?x16xf32>
    llm.yield %a : tensor<?x16xf32>
  }
  return %y : tensor<?x16xf32>
}
