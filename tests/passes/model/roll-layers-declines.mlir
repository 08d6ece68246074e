// RUN: split-file %s %t
// RUN: llm-opt %t/hand-down.mlir --llm-roll-layers | FileCheck %s --check-prefix=HAND-DOWN
// RUN: llm-opt %t/skip.mlir --llm-roll-layers | FileCheck %s --check-prefix=SKIP
// RUN: llm-opt %t/rolled.mlir --llm-roll-layers | FileCheck %s --check-prefix=ROLLED

//--- hand-down.mlir
// All later layers read what the first one computed: no hidden state of one value
// leads from layer to layer.
// HAND-DOWN-NOT: llm.repeat
llm.parameter @e : !llm.packed<32x8, #llm.dense<f32>> from "F32" ["wte"]
llm.parameter @o0 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o0"]
llm.parameter @u0 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u0"]
llm.parameter @d0 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d0"]
llm.parameter @o1 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o1"]
llm.parameter @u1 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u1"]
llm.parameter @d1 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d1"]
llm.parameter @o2 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o2"]
llm.parameter @u2 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u2"]
llm.parameter @d2 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d2"]
func.func @forward(%tokens: tensor<?xi32>) -> tensor<?x8xf32> {
  %e = llm.weight @e : !llm.packed<32x8, #llm.dense<f32>>
  %x0 = llm.embedding %tokens, %e : tensor<?xi32>, !llm.packed<32x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %a0 = llm.attention %x0, %x0, %x0 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o0 = llm.weight @o0 : !llm.packed<8x8, #llm.dense<f32>>
  %p0 = llm.linear %a0, %o0 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m0 = arith.addf %x0, %p0 : tensor<?x8xf32>
  %u0 = llm.weight @u0 : !llm.packed<16x8, #llm.dense<f32>>
  %v0 = llm.linear %m0, %u0 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s0 = llm.silu %v0 : tensor<?x16xf32>
  %d0 = llm.weight @d0 : !llm.packed<8x16, #llm.dense<f32>>
  %y0 = llm.linear %s0, %d0 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %x1 = arith.addf %m0, %y0 : tensor<?x8xf32>
  %a1 = llm.attention %x1, %x1, %x1 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o1 = llm.weight @o1 : !llm.packed<8x8, #llm.dense<f32>>
  %p1 = llm.linear %a1, %o1 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m1 = arith.addf %x1, %p1 : tensor<?x8xf32>
  %u1 = llm.weight @u1 : !llm.packed<16x8, #llm.dense<f32>>
  %v1 = llm.linear %m1, %u1 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s1 = llm.silu %v1 : tensor<?x16xf32>
  %d1 = llm.weight @d1 : !llm.packed<8x16, #llm.dense<f32>>
  %y1 = llm.linear %s1, %d1 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %k1 = arith.addf %y1, %p0 : tensor<?x8xf32>
  %x2 = arith.addf %m1, %k1 : tensor<?x8xf32>
  %a2 = llm.attention %x2, %x2, %x2 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o2 = llm.weight @o2 : !llm.packed<8x8, #llm.dense<f32>>
  %p2 = llm.linear %a2, %o2 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m2 = arith.addf %x2, %p2 : tensor<?x8xf32>
  %u2 = llm.weight @u2 : !llm.packed<16x8, #llm.dense<f32>>
  %v2 = llm.linear %m2, %u2 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s2 = llm.silu %v2 : tensor<?x16xf32>
  %d2 = llm.weight @d2 : !llm.packed<8x16, #llm.dense<f32>>
  %y2 = llm.linear %s2, %d2 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %k2 = arith.addf %y2, %p0 : tensor<?x8xf32>
  %x3 = arith.addf %m2, %k2 : tensor<?x8xf32>
  return %x3 : tensor<?x8xf32>
}

//--- skip.mlir
// Every layer reads what the first one's hidden state was: llm.repeat would write
// over it.
// SKIP-NOT: llm.repeat
llm.parameter @e : !llm.packed<32x8, #llm.dense<f32>> from "F32" ["wte"]
llm.parameter @o0 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o0"]
llm.parameter @u0 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u0"]
llm.parameter @d0 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d0"]
llm.parameter @o1 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o1"]
llm.parameter @u1 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u1"]
llm.parameter @d1 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d1"]
llm.parameter @o2 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o2"]
llm.parameter @u2 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u2"]
llm.parameter @d2 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d2"]
func.func @forward(%tokens: tensor<?xi32>) -> tensor<?x8xf32> {
  %e = llm.weight @e : !llm.packed<32x8, #llm.dense<f32>>
  %x0 = llm.embedding %tokens, %e : tensor<?xi32>, !llm.packed<32x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %a0 = llm.attention %x0, %x0, %x0 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o0 = llm.weight @o0 : !llm.packed<8x8, #llm.dense<f32>>
  %p0 = llm.linear %a0, %o0 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m0 = arith.addf %x0, %p0 : tensor<?x8xf32>
  %u0 = llm.weight @u0 : !llm.packed<16x8, #llm.dense<f32>>
  %v0 = llm.linear %m0, %u0 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s0 = llm.silu %v0 : tensor<?x16xf32>
  %d0 = llm.weight @d0 : !llm.packed<8x16, #llm.dense<f32>>
  %y0 = llm.linear %s0, %d0 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %k0 = arith.addf %y0, %x0 : tensor<?x8xf32>
  %x1 = arith.addf %m0, %k0 : tensor<?x8xf32>
  %a1 = llm.attention %x1, %x1, %x1 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o1 = llm.weight @o1 : !llm.packed<8x8, #llm.dense<f32>>
  %p1 = llm.linear %a1, %o1 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m1 = arith.addf %x1, %p1 : tensor<?x8xf32>
  %u1 = llm.weight @u1 : !llm.packed<16x8, #llm.dense<f32>>
  %v1 = llm.linear %m1, %u1 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s1 = llm.silu %v1 : tensor<?x16xf32>
  %d1 = llm.weight @d1 : !llm.packed<8x16, #llm.dense<f32>>
  %y1 = llm.linear %s1, %d1 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %k1 = arith.addf %y1, %x0 : tensor<?x8xf32>
  %x2 = arith.addf %m1, %k1 : tensor<?x8xf32>
  %a2 = llm.attention %x2, %x2, %x2 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o2 = llm.weight @o2 : !llm.packed<8x8, #llm.dense<f32>>
  %p2 = llm.linear %a2, %o2 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m2 = arith.addf %x2, %p2 : tensor<?x8xf32>
  %u2 = llm.weight @u2 : !llm.packed<16x8, #llm.dense<f32>>
  %v2 = llm.linear %m2, %u2 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s2 = llm.silu %v2 : tensor<?x16xf32>
  %d2 = llm.weight @d2 : !llm.packed<8x16, #llm.dense<f32>>
  %y2 = llm.linear %s2, %d2 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %k2 = arith.addf %y2, %x0 : tensor<?x8xf32>
  %x3 = arith.addf %m2, %k2 : tensor<?x8xf32>
  return %x3 : tensor<?x8xf32>
}

//--- rolled.mlir
// ROLLED: llm.repeat %{{.*}} kinds [0]
// ROLLED-NOT: llm.repeat
llm.parameter @e : !llm.packed<32x8, #llm.dense<f32>> from "F32" ["wte"]
func.func @forward(%tokens: tensor<?xi32>) -> tensor<?x8xf32> {
  %e = llm.weight @e : !llm.packed<32x8, #llm.dense<f32>>
  %x0 = llm.embedding %tokens, %e : tensor<?xi32>, !llm.packed<32x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %y = llm.repeat %x0 kinds [0] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    llm.yield %h : tensor<?x8xf32>
  }
  %a = llm.silu %y : tensor<?x8xf32>
  %b = llm.silu %a : tensor<?x8xf32>
  return %b : tensor<?x8xf32>
}
