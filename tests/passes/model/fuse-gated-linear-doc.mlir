// RUN: llm-opt %s --llm-fuse-gated-linear | FileCheck %s

// CHECK-LABEL: func.func @fuses_gate_and_up(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>, %[[GATE:[^:]*]]: !llm.packed{{.*}}, %[[UP:[^:]*]]: !llm.packed
//       CHECK:   %[[Y:.*]] = llm.gated_linear "silu" %[[X]], %[[GATE]], %[[UP]]
//   CHECK-NOT:   llm.linear
//   CHECK-NOT:   arith.mulf
//       CHECK:   return %[[Y]]
func.func @fuses_gate_and_up(
    %x: tensor<?x8xf32>, %gate: !llm.packed<16x8, #llm.dense<f32>>, %up: !llm.packed<16x8, #llm.dense<f32>>)
    -> tensor<?x16xf32> {
  %g = llm.linear %x, %gate : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s = llm.silu %g : tensor<?x16xf32>
  %u = llm.linear %x, %up : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %s, %u : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
