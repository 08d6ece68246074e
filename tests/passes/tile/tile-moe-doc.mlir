// RUN: llm-opt %s --llm-tile-moe | FileCheck %s

// 4 experts of 20 inner columns, which fill 2 panels each; 24 columns are 2 panels.
// CHECK:     #[[CHOOSE:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (s0 ceildiv 96)>
// CHECK:     #[[PANELS:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (1, s0 ceildiv 96)>
// CHECK:     llm.step @many
// The two largest numbers of a row, and the softmax of these.
// CHECK:     %[[CHOSEN:.*]]:2 = llm.phase "moe_choose" tiles #[[CHOOSE]]
// CHECK-2:     arith.cmpf ogt
// CHECK:       math.exp
// CHECK:     %[[INNER:.*]]:2 = llm.phase "moe_project" tiles #[[PANELS]]
// CHECK-SAME:  %[[CHOSEN]]#0
// CHECK:       %[[EXPERT:.*]] = arith.index_cast
// CHECK:       %[[FIRST:.*]] = arith.muli %[[EXPERT]], %{{.*}}
// CHECK:       llm.linear_tile {{.*}} -> vector<1x16xf32>, vector<1x16xf32>, vector<1x16xf32>, vector<1x16xf32>
// CHECK:     llm.phase "moe_mix" tiles #[[PANELS]]
// CHECK-SAME:  %[[INNER]]#0, %[[INNER]]#1, %[[CHOSEN]]#0, %[[CHOSEN]]#1
// CHECK:       llm.linear_tile {{.*}} -> vector<1x16xf32>, vector<1x16xf32>
// CHECK:       vector.fma
// CHECK-NOT: llm.moe
llm.parameter @gate : !llm.packed<128x24, #llm.dense<f32>> from "F32" ["gate"]
llm.parameter @up : !llm.packed<128x24, #llm.dense<f32>> from "F32" ["up"]
llm.parameter @down : !llm.packed<128x20, #llm.dense<f32>> from "F32" ["down"]

llm.step @many rows [1, 512] arguments ["x", "router"] outputs ["y"] {
^bb0(%x: tensor<?x24xf32>, %router: tensor<?x4xf32>):
  %gate = llm.weight @gate : !llm.packed<128x24, #llm.dense<f32>>
  %up = llm.weight @up : !llm.packed<128x24, #llm.dense<f32>>
  %down = llm.weight @down : !llm.packed<128x20, #llm.dense<f32>>
  %y = llm.moe "silu" %x by %router, %gate, %up, %down {top = 2 : i64}
    : tensor<?x24xf32>, tensor<?x4xf32>, !llm.packed<128x24, #llm.dense<f32>>, !llm.packed<128x20, #llm.dense<f32>> -> tensor<?x24xf32>
  llm.yield %y : tensor<?x24xf32>
}
