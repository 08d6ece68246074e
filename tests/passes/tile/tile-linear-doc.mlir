// RUN: llm-opt %s --llm-tile-linear="register-rows=4 panels=2" | FileCheck %s

// 40 out features are 3 panels: 2 tiles of 2 panels by chunks of 96 rows.
// CHECK:     #[[TILES:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (2, s0 ceildiv 96)>
// CHECK:     llm.step @many
// CHECK:     llm.phase "linear" tiles #[[TILES]]
// CHECK-SAME:  accesses [#llm.access<(d0, d1) -> (d1 * 96, 0), [96, 24]>, #llm.access<(d0, d1) -> (d0 * 2), [2]>,
// CHECK-SAME:            #llm.access<(d0, d1) -> (d1 * 96, d0 * 32), [96, 32]>]
// CHECK:       scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step
// CHECK:         llm.linear_tile %{{.*}}[%[[ROW]]], {{.*}} -> vector<4x16xf32>, vector<4x16xf32>
// CHECK-COUNT-8: vector.store {{.*}} : memref<?x48xf32>, vector<16xf32>
// CHECK-NOT: llm.linear %
llm.parameter @up : !llm.packed<40x24, #llm.dense<f32>> from "F32" ["up"]

llm.step @many rows [1, 512] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x24xf32>):
  %w = llm.weight @up : !llm.packed<40x24, #llm.dense<f32>>
  %y = llm.linear %x, %w : tensor<?x24xf32>, !llm.packed<40x24, #llm.dense<f32>> -> tensor<?x40xf32>
  %z = llm.silu %y : tensor<?x40xf32>
  llm.yield %z : tensor<?x40xf32>
}
