// RUN: llm-opt %s --llm-tile-rows=block-rows=4 | FileCheck %s

// CHECK:     #[[TILES:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (s0 ceildiv 4)>
// CHECK:     llm.phase "rms_norm" tiles #[[TILES]]
// CHECK-SAME:  accesses [#llm.access<(d0) -> (d0 * 4, 0), [4, 32]>
// CHECK:       scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step
// CHECK:         vector.fma {{.*}} : vector<16xf32>
// CHECK:         arith.addf {{.*}} : vector<8xf32>
// CHECK:         math.sqrt
// CHECK:         vector.store %{{.*}}, %{{.*}}[%[[ROW]]
// CHECK-NOT: llm.rms_norm
llm.parameter @scale : tensor<32xf32> from "F32" ["scale"]

llm.step @few rows [2, 8] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x32xf32>):
  %s = llm.weight @scale : tensor<32xf32>
  %y = llm.rms_norm %x, %s {epsilon = 1.0e-5 : f64} : tensor<?x32xf32>, tensor<32xf32> -> tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}
