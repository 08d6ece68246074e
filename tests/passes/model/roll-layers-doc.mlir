// RUN: llm-opt %s --llm-roll-layers | FileCheck %s

// Two copies of a layer, each with its own weights, become one region and tables.
// The table of rotations is the same for both and stays outside.

//   CHECK-DAG: llm.parameter @[[$NORM:.*]] : tensor<8xf32> from "F32" ["a.norm", "b.norm"]
//   CHECK-DAG: llm.parameter @[[$Q:.*]] : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["a.q", "b.q"]
//   CHECK-DAG: llm.parameter @[[$O:.*]] : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["a.o", "b.o"]
//   CHECK-NOT: from "F32" ["a.q"]
llm.parameter @embedding : !llm.packed<32x8, #llm.dense<f32>> from "F32" ["wte"]
llm.parameter @w1 : tensor<8xf32> from "F32" ["a.norm"]
llm.parameter @w2 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["a.q"]
llm.parameter @w3 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["a.o"]
llm.parameter @w4 : tensor<8xf32> from "F32" ["b.norm"]
llm.parameter @w5 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["b.q"]
llm.parameter @w6 : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["b.o"]

// CHECK-LABEL: func.func @forward(
//       CHECK:   %[[TABLE:.*]] = llm.rotary_table
//       CHECK:   %[[X:.*]] = llm.embedding
//       CHECK:   %[[Y:.*]] = llm.repeat %[[X]] kinds [0, 0] : tensor<?x8xf32> {
//  CHECK-NEXT:   ^bb0(%[[H:.*]]: tensor<?x8xf32>, %[[LAYER:.*]]: index):
//       CHECK:     %[[WN:.*]] = llm.weight @[[$NORM]][%[[LAYER]]]
//       CHECK:     %[[N:.*]] = llm.rms_norm %[[H]], %[[WN]]
//       CHECK:     %[[WQ:.*]] = llm.weight @[[$Q]][%[[LAYER]]]
//       CHECK:     %[[QS:.*]] = llm.linear %[[N]], %[[WQ]]
//       CHECK:     %[[R:.*]] = llm.rope %[[QS]], %[[TABLE]]
//       CHECK:     %[[A:.*]] = llm.attention %[[R]], %[[R]], %[[QS]]
//       CHECK:     %[[WO:.*]] = llm.weight @[[$O]][%[[LAYER]]]
//       CHECK:     %[[OS:.*]] = llm.linear %[[A]], %[[WO]]
//       CHECK:     %[[S:.*]] = arith.addf %[[H]], %[[OS]]
//       CHECK:     llm.yield %[[S]]
//       CHECK:   return %[[Y]]
func.func @forward(%tokens: tensor<?xi32>) -> tensor<?x8xf32> {
  %p = llm.positions %tokens : tensor<?xi32>
  %t = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0, 0.1>, scale = 1.0 : f32} : tensor<?xi32> -> tensor<?x4xf32>
  %e = llm.weight @embedding : !llm.packed<32x8, #llm.dense<f32>>
  %x = llm.embedding %tokens, %e : tensor<?xi32>, !llm.packed<32x8, #llm.dense<f32>> -> tensor<?x8xf32>

  %w1 = llm.weight @w1 : tensor<8xf32>
  %n1 = llm.rms_norm %x, %w1 {epsilon = 1.0e-5 : f64} : tensor<?x8xf32>, tensor<8xf32> -> tensor<?x8xf32>
  %w2 = llm.weight @w2 : !llm.packed<8x8, #llm.dense<f32>>
  %q1 = llm.linear %n1, %w2 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %r1 = llm.rope %q1, %t {heads = 2 : i64} : tensor<?x8xf32>, tensor<?x4xf32>
  %a1 = llm.attention %r1, %r1, %q1 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %w3 = llm.weight @w3 : !llm.packed<8x8, #llm.dense<f32>>
  %o1 = llm.linear %a1, %w3 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %x1 = arith.addf %x, %o1 : tensor<?x8xf32>

  %w5 = llm.weight @w5 : !llm.packed<8x8, #llm.dense<f32>>
  %w6 = llm.weight @w6 : !llm.packed<8x8, #llm.dense<f32>>
  %w4 = llm.weight @w4 : tensor<8xf32>
  %n2 = llm.rms_norm %x1, %w4 {epsilon = 1.0e-5 : f64} : tensor<?x8xf32>, tensor<8xf32> -> tensor<?x8xf32>
  %q2 = llm.linear %n2, %w5 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %r2 = llm.rope %q2, %t {heads = 2 : i64} : tensor<?x8xf32>, tensor<?x4xf32>
  %a2 = llm.attention %r2, %r2, %q2 {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.5 : f32} : tensor<?x8xf32>, tensor<?x8xf32>
  %o2 = llm.linear %a2, %w6 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %x2 = arith.addf %x1, %o2 : tensor<?x8xf32>
  return %x2 : tensor<?x8xf32>
}
