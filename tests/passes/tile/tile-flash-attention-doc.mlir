// RUN: llm-opt %s --llm-tile-flash-attention=register-rows=4 | FileCheck %s

// One key head shared by two query heads, two rows at a time.
// CHECK:     #[[TILES:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (1, s0 ceildiv 2)>
// CHECK:     llm.phase "attention" tiles #[[TILES]]
// Scores of one page, values, and maximum and sum for each of the four queries:
// of a span, and of all spans so far.
// CHECK-SAME:  scratch [memref<4x32xf32>, memref<4x16xf32>, memref<4x2xf32>, memref<4x16xf32>, memref<4x2xf32>]
// CHECK:       scf.for %[[SPAN:.*]] =
// CHECK:         scf.for %[[PAGE:.*]] =
// CHECK:           llm.keys
// CHECK:           llm.values
// CHECK:           vector.fma
// CHECK:           arith.cmpf ogt, {{.*}} : vector<8xf32>
// CHECK:           math.exp
// CHECK:           arith.addf {{.*}} : vector<8xf32>
// CHECK-NOT: llm.paged_attention
llm.state_group @group.0 : !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = f32> layers [0]

llm.step @many rows [2, 512] arguments ["x", "slots", "sequence_ids", "sequence_starts", "state_table.0"] outputs ["y"] {
^bb0(%x: tensor<?x32xf32>, %slots: tensor<?xi32>, %ids: tensor<?xi32>, %starts: tensor<?xi32>, %table: tensor<?x?xi32>):
  %y = llm.repeat %x kinds [0] : tensor<?x32xf32> {
  ^bb0(%q: tensor<?x32xf32>, %layer: index):
    %s = llm.state @group.0[%layer] : !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = f32>
    %a = llm.paged_attention %q, %s {heads = 2 : i64, scale = 0.25 : f32}
      : tensor<?x32xf32>, !llm.state<heads = 1, head_dim = 16, page = 32, window = 0, element = f32>
    llm.yield %a : tensor<?x32xf32>
  }
  llm.yield %y : tensor<?x32xf32>
}
