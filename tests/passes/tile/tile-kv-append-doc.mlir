// RUN: llm-opt %s --llm-tile-kv-append=block-rows=4 | FileCheck %s

// CHECK:     #[[TILES:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (s0 ceildiv 4)>
// CHECK:     llm.phase "kv_append" tiles #[[TILES]]
// The page comes from the block table, the place in it from the slot.
// CHECK:       %[[PLACE:.*]] = arith.remui
// CHECK:       %[[KEYS:.*]] = llm.keys {{.*}} -> memref<16x32xf32>
// CHECK:       %[[VALUES:.*]] = llm.values {{.*}} -> memref<32x16xf32>
// CHECK:       memref.store %{{.*}}, %[[KEYS]][%{{.*}}, %[[PLACE]]]
// CHECK:       vector.store %{{.*}}, %[[VALUES]][%[[PLACE]], %{{.*}}]
// CHECK-NOT: llm.kv_append
llm.state_group @group.0 : !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = f32> layers [0]

llm.step @few rows [1, 8] arguments ["k", "slots", "sequence_ids", "state_table.0"] outputs ["y"] {
^bb0(%k: tensor<?x16xf32>, %slots: tensor<?xi32>, %ids: tensor<?xi32>, %table: tensor<?x?xi32>):
  %y = llm.repeat %k kinds [0] : tensor<?x16xf32> {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %s = llm.state @group.0[%layer] : !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = f32>
    llm.kv_append %h, %h into %s
      : tensor<?x16xf32>, !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = f32>
    llm.yield %h : tensor<?x16xf32>
  }
  llm.yield %y : tensor<?x16xf32>
}
