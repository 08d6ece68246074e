// RUN: llm-opt %s --llm-tile-linear="register-rows=1 panels=1" | FileCheck %s

// Three weights of one input: each has its own range of tiles, and writes behind
// the columns of the one before. The second ends within a vector, so it writes
// no further than its columns.
// CHECK:     #[[TILES:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (4, s0)>
// CHECK:     llm.phase "linear" tiles #[[TILES]]
// CHECK-SAME:  #llm.access<(d0, d1) -> (d0), [1]>, #llm.access<(d0, d1) -> (d0 - 2), [1]>, #llm.access<(d0, d1) -> (d0 - 3), [1]>
// CHECK-COUNT-3: scf.if
// CHECK-NOT: llm.linear %
llm.parameter @q : !llm.packed<32x16, #llm.dense<f32>> from "F32" ["q"]
llm.parameter @k : !llm.packed<8x16, #llm.dense<bf16>> from "BF16" ["k"]
llm.parameter @v : !llm.packed<8x16, #llm.grouped<bits = 8, group = 32, zero = 128, minimum = false, super = 0>>
  from "Q8_0" ["v"]

llm.step @merged rows [1, 1] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>):
  %q = llm.weight @q : !llm.packed<32x16, #llm.dense<f32>>
  %k = llm.weight @k : !llm.packed<8x16, #llm.dense<bf16>>
  %v = llm.weight @v : !llm.packed<8x16, #llm.grouped<bits = 8, group = 32, zero = 128, minimum = false, super = 0>>
  %y = llm.linear %x, %q, %k, %v : tensor<?x16xf32>, !llm.packed<32x16, #llm.dense<f32>>,
    !llm.packed<8x16, #llm.dense<bf16>>,
    !llm.packed<8x16, #llm.grouped<bits = 8, group = 32, zero = 128, minimum = false, super = 0>> -> tensor<?x48xf32>
  %z = llm.silu %y : tensor<?x48xf32>
  llm.yield %z : tensor<?x48xf32>
}
