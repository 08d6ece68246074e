// RUN: split-file %s %t
// RUN: llm-opt %t/windows.mlir --llm-roll-layers | FileCheck %s --check-prefix=WINDOWS
// RUN: llm-opt %t/first.mlir --llm-roll-layers | FileCheck %s --check-prefix=FIRST
// RUN: llm-opt %t/encodings.mlir --llm-roll-layers | FileCheck %s --check-prefix=ENCODINGS

//--- windows.mlir
// Every other layer has a window: two kinds, which share tables.
//     WINDOWS: llm.parameter @[[O:.*]] : {{.*}} from "F32" ["o0", "o1", "o2", "o3"]
//     WINDOWS: llm.repeat %{{.*}} kinds [0, 1, 0, 1]
//     WINDOWS:   llm.weight @[[O]][
// WINDOWS-NOT:   window
//     WINDOWS:   llm.yield
//     WINDOWS:   llm.attention {{.*}}window = 16
//     WINDOWS:   llm.weight @[[O]][
//     WINDOWS:   llm.yield
// WINDOWS-NOT:   llm.attention
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
llm.parameter @o3 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o3"]
llm.parameter @u3 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u3"]
llm.parameter @d3 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d3"]
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
  %a1 = llm.attention %x1, %x1, %x1 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32, window = 16 : i64} : tensor<?x8xf32>, tensor<?x8xf32>
  %o1 = llm.weight @o1 : !llm.packed<8x8, #llm.dense<f32>>
  %p1 = llm.linear %a1, %o1 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m1 = arith.addf %x1, %p1 : tensor<?x8xf32>
  %u1 = llm.weight @u1 : !llm.packed<16x8, #llm.dense<f32>>
  %v1 = llm.linear %m1, %u1 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s1 = llm.silu %v1 : tensor<?x16xf32>
  %d1 = llm.weight @d1 : !llm.packed<8x16, #llm.dense<f32>>
  %y1 = llm.linear %s1, %d1 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %x2 = arith.addf %m1, %y1 : tensor<?x8xf32>
  %a2 = llm.attention %x2, %x2, %x2 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o2 = llm.weight @o2 : !llm.packed<8x8, #llm.dense<f32>>
  %p2 = llm.linear %a2, %o2 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m2 = arith.addf %x2, %p2 : tensor<?x8xf32>
  %u2 = llm.weight @u2 : !llm.packed<16x8, #llm.dense<f32>>
  %v2 = llm.linear %m2, %u2 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s2 = llm.silu %v2 : tensor<?x16xf32>
  %d2 = llm.weight @d2 : !llm.packed<8x16, #llm.dense<f32>>
  %y2 = llm.linear %s2, %d2 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %x3 = arith.addf %m2, %y2 : tensor<?x8xf32>
  %a3 = llm.attention %x3, %x3, %x3 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32, window = 16 : i64} : tensor<?x8xf32>, tensor<?x8xf32>
  %o3 = llm.weight @o3 : !llm.packed<8x8, #llm.dense<f32>>
  %p3 = llm.linear %a3, %o3 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m3 = arith.addf %x3, %p3 : tensor<?x8xf32>
  %u3 = llm.weight @u3 : !llm.packed<16x8, #llm.dense<f32>>
  %v3 = llm.linear %m3, %u3 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s3 = llm.silu %v3 : tensor<?x16xf32>
  %d3 = llm.weight @d3 : !llm.packed<8x16, #llm.dense<f32>>
  %y3 = llm.linear %s3, %d3 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %x4 = arith.addf %m3, %y3 : tensor<?x8xf32>
  return %x4 : tensor<?x8xf32>
}

//--- first.mlir
// The first layer's MLP is of another width: a kind of its own.
//       FIRST: llm.repeat %{{.*}} kinds [0, 1, 1]
//   FIRST-DAG:   llm.weight @{{.*}} : !llm.packed<24x8
//       FIRST:   llm.yield
//       FIRST:   llm.yield
//   FIRST-NOT:   llm.attention
llm.parameter @e : !llm.packed<32x8, #llm.dense<f32>> from "F32" ["wte"]
llm.parameter @o0 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o0"]
llm.parameter @u0 : !llm.packed<24x8, #llm.dense<f32>> from "F32" ["u0"]
llm.parameter @d0 : !llm.packed<8x24, #llm.dense<f32>> from "F32" ["d0"]
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
  %u0 = llm.weight @u0 : !llm.packed<24x8, #llm.dense<f32>>
  %v0 = llm.linear %m0, %u0 : tensor<?x8xf32>, !llm.packed<24x8, #llm.dense<f32>> -> tensor<?x24xf32>
  %s0 = llm.silu %v0 : tensor<?x24xf32>
  %d0 = llm.weight @d0 : !llm.packed<8x24, #llm.dense<f32>>
  %y0 = llm.linear %s0, %d0 : tensor<?x24xf32>, !llm.packed<8x24, #llm.dense<f32>> -> tensor<?x8xf32>
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
  %x2 = arith.addf %m1, %y1 : tensor<?x8xf32>
  %a2 = llm.attention %x2, %x2, %x2 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o2 = llm.weight @o2 : !llm.packed<8x8, #llm.dense<f32>>
  %p2 = llm.linear %a2, %o2 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m2 = arith.addf %x2, %p2 : tensor<?x8xf32>
  %u2 = llm.weight @u2 : !llm.packed<16x8, #llm.dense<f32>>
  %v2 = llm.linear %m2, %u2 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s2 = llm.silu %v2 : tensor<?x16xf32>
  %d2 = llm.weight @d2 : !llm.packed<8x16, #llm.dense<f32>>
  %y2 = llm.linear %s2, %d2 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %x3 = arith.addf %m2, %y2 : tensor<?x8xf32>
  return %x3 : tensor<?x8xf32>
}

//--- encodings.mlir
// Layers whose weights are encoded otherwise are another kind, and so are those
// whose file has another type.
//   ENCODINGS: llm.repeat %{{.*}} kinds [0, 1, 0, 1, 2]
llm.parameter @e : !llm.packed<32x8, #llm.dense<f32>> from "F32" ["wte"]
llm.parameter @o0 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o0"]
llm.parameter @u0 : !llm.packed<16x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> from "Q4_0" ["u0"]
llm.parameter @d0 : !llm.packed<8x16, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> from "Q4_0" ["d0"]
llm.parameter @o1 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o1"]
llm.parameter @u1 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u1"]
llm.parameter @d1 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d1"]
llm.parameter @o2 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o2"]
llm.parameter @u2 : !llm.packed<16x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> from "Q4_0" ["u2"]
llm.parameter @d2 : !llm.packed<8x16, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> from "Q4_0" ["d2"]
llm.parameter @o3 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o3"]
llm.parameter @u3 : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["u3"]
llm.parameter @d3 : !llm.packed<8x16, #llm.dense<f32>> from "F32" ["d3"]
llm.parameter @o4 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["o4"]
llm.parameter @u4 : !llm.packed<16x8, #llm.dense<f32>> from "BF16" ["u4"]
llm.parameter @d4 : !llm.packed<8x16, #llm.dense<f32>> from "BF16" ["d4"]
func.func @forward(%tokens: tensor<?xi32>) -> tensor<?x8xf32> {
  %e = llm.weight @e : !llm.packed<32x8, #llm.dense<f32>>
  %x0 = llm.embedding %tokens, %e : tensor<?xi32>, !llm.packed<32x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %a0 = llm.attention %x0, %x0, %x0 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o0 = llm.weight @o0 : !llm.packed<8x8, #llm.dense<f32>>
  %p0 = llm.linear %a0, %o0 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m0 = arith.addf %x0, %p0 : tensor<?x8xf32>
  %u0 = llm.weight @u0 : !llm.packed<16x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>
  %v0 = llm.linear %m0, %u0 : tensor<?x8xf32>, !llm.packed<16x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> -> tensor<?x16xf32>
  %s0 = llm.silu %v0 : tensor<?x16xf32>
  %d0 = llm.weight @d0 : !llm.packed<8x16, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>
  %y0 = llm.linear %s0, %d0 : tensor<?x16xf32>, !llm.packed<8x16, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> -> tensor<?x8xf32>
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
  %x2 = arith.addf %m1, %y1 : tensor<?x8xf32>
  %a2 = llm.attention %x2, %x2, %x2 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o2 = llm.weight @o2 : !llm.packed<8x8, #llm.dense<f32>>
  %p2 = llm.linear %a2, %o2 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m2 = arith.addf %x2, %p2 : tensor<?x8xf32>
  %u2 = llm.weight @u2 : !llm.packed<16x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>
  %v2 = llm.linear %m2, %u2 : tensor<?x8xf32>, !llm.packed<16x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> -> tensor<?x16xf32>
  %s2 = llm.silu %v2 : tensor<?x16xf32>
  %d2 = llm.weight @d2 : !llm.packed<8x16, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>
  %y2 = llm.linear %s2, %d2 : tensor<?x16xf32>, !llm.packed<8x16, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> -> tensor<?x8xf32>
  %x3 = arith.addf %m2, %y2 : tensor<?x8xf32>
  %a3 = llm.attention %x3, %x3, %x3 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o3 = llm.weight @o3 : !llm.packed<8x8, #llm.dense<f32>>
  %p3 = llm.linear %a3, %o3 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m3 = arith.addf %x3, %p3 : tensor<?x8xf32>
  %u3 = llm.weight @u3 : !llm.packed<16x8, #llm.dense<f32>>
  %v3 = llm.linear %m3, %u3 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s3 = llm.silu %v3 : tensor<?x16xf32>
  %d3 = llm.weight @d3 : !llm.packed<8x16, #llm.dense<f32>>
  %y3 = llm.linear %s3, %d3 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %x4 = arith.addf %m3, %y3 : tensor<?x8xf32>
  %a4 = llm.attention %x4, %x4, %x4 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o4 = llm.weight @o4 : !llm.packed<8x8, #llm.dense<f32>>
  %p4 = llm.linear %a4, %o4 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %m4 = arith.addf %x4, %p4 : tensor<?x8xf32>
  %u4 = llm.weight @u4 : !llm.packed<16x8, #llm.dense<f32>>
  %v4 = llm.linear %m4, %u4 : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s4 = llm.silu %v4 : tensor<?x16xf32>
  %d4 = llm.weight @d4 : !llm.packed<8x16, #llm.dense<f32>>
  %y4 = llm.linear %s4, %d4 : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %x5 = arith.addf %m4, %y4 : tensor<?x8xf32>
  return %x5 : tensor<?x8xf32>
}
