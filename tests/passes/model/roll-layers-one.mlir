// RUN: llm-opt %s --llm-roll-layers | FileCheck %s

// The only layer that mixes tokens has no copy of itself, and still keeps state.
// CHECK-LABEL: func.func @forward(
//       CHECK:   %[[X:.*]] = llm.embedding
//       CHECK:   %[[Y:.*]] = llm.repeat %[[X]] kinds [0]
//       CHECK:     llm.attention
//       CHECK:     llm.linear
//       CHECK:     llm.silu
//       CHECK:     llm.yield
//       CHECK:   return %[[Y]]
llm.parameter @e : !llm.packed<32x8, #llm.dense<f32>> from "F32" ["wte"]
llm.parameter @o0 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o0"]
llm.parameter @u0 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u0"]
llm.parameter @d0 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d0"]
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
  return %x1 : tensor<?x8xf32>
}
