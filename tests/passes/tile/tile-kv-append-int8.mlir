// RUN: llm-opt %s --llm-tile-kv-append | FileCheck %s

// Integers come with a scale for each token's keys and one for its values.
// CHECK:     llm.phase "kv_append"
// CHECK-DAG:   llm.scales "keys"
// CHECK-DAG:   llm.scales "values"
// CHECK-DAG:   llm.keys {{.*}} -> memref<16x32xi8>
// CHECK-DAG:   llm.values {{.*}} -> memref<32x16xi8>

llm.state_group @group.0 : !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = i8> layers [0]

llm.step @few rows [1, 8] arguments ["k", "slots", "sequence_ids", "state_table.0"] outputs ["y"] {
^bb0(%k: tensor<?x16xf32>, %slots: tensor<?xi32>, %ids: tensor<?xi32>, %table: tensor<?x?xi32>):
  %y = llm.repeat %k kinds [0] : tensor<?x16xf32> {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %s = llm.state @group.0[%layer] : !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = i8>
    llm.kv_append %h, %h into %s
      : tensor<?x16xf32>, !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = i8>
    llm.yield %h : tensor<?x16xf32>
  }
  llm.yield %y : tensor<?x16xf32>
}
