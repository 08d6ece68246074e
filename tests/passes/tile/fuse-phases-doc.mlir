// RUN: llm-opt %s --llm-tile-rows=block-rows=4 --llm-fuse-phases | FileCheck %s

// Norm and rounding have the same tiles, and a tile of one reads what the same
// tile of the other wrote: one phase, whose tile does one after the other. The
// norm's rows stay a result, for the second reads them.
// CHECK:     #[[TILES:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (s0 ceildiv 4)>
// CHECK:     %[[SCALE:.*]] = llm.weight @scale
// CHECK:     %[[ROWS:.*]]:2 = llm.phase "rms_norm+truncf" tiles #[[TILES]] inputs(%{{.*}}, %[[SCALE]] :
// CHECK-SAME:  accesses [#llm.access<(d0) -> (d0 * 4, 0), [4, 32]>, #llm.access<(d0) -> (0), [-1]>, #llm.access<(d0) -> (d0 * 4, 0), [4, -1]>, #llm.access<(d0) -> (d0 * 4, 0), [4, -1]>]
// CHECK-SAME:  reuses [0, -1]
// CHECK:     ^bb0(%{{.*}}: index, %[[IN:.*]]: memref<?x32xf32>, %{{.*}}: memref<32xf32>, %[[NORMED:.*]]: memref<?x32xf32>, %[[ROUNDED:.*]]: memref<?x32xbf16>):
// CHECK:       vector.load %[[IN]]
// CHECK:       vector.store %{{.*}}, %[[NORMED]]
// CHECK:       vector.load %[[NORMED]]
// CHECK:       vector.store %{{.*}}, %[[ROUNDED]]
// CHECK:     llm.yield %[[ROWS]]#1
// CHECK-NOT: llm.phase
llm.parameter @scale : tensor<32xf32> from "F32" ["scale"]

llm.step @few rows [2, 8] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x32xf32>):
  %s = llm.weight @scale : tensor<32xf32>
  %n = llm.rms_norm %x, %s {epsilon = 1.0e-5 : f64} : tensor<?x32xf32>, tensor<32xf32> -> tensor<?x32xf32>
  %y = arith.truncf %n : tensor<?x32xf32> to tensor<?x32xbf16>
  llm.yield %y : tensor<?x32xbf16>
}
