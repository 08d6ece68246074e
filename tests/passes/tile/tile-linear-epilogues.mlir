// RUN: llm-opt %s --llm-tile-linear="register-rows=1 panels=1" --split-input-file | FileCheck %s

// Product, bias and residual meet in registers; the residual's buffer may be
// written over, since each tile reads of it only what it writes.
// CHECK-LABEL: llm.step @bias_and_residual
//       CHECK:   llm.phase "linear" {{.*}} reuses [1]
//       CHECK:     %[[TILE:.*]] = llm.linear_tile
//       CHECK:     %[[SUM:.*]] = vector.extract %[[TILE]][0]
//       CHECK:     %[[BIASED:.*]] = arith.addf %[[SUM]], %{{.*}} : vector<16xf32>
//       CHECK:     %[[RESIDUAL:.*]] = vector.load %{{.*}} : memref<?x16xf32>
//       CHECK:     %[[RESULT:.*]] = arith.addf %[[RESIDUAL]], %[[BIASED]]
//       CHECK:     vector.store %[[RESULT]]
llm.parameter @w : !llm.packed<16x16, #llm.dense<f32>> from "F32" ["w"]
llm.parameter @b : tensor<16xf32> from "F32" ["b"]

llm.step @bias_and_residual rows [1, 1] arguments ["x", "r"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>, %r: tensor<?x16xf32>):
  %w = llm.weight @w : !llm.packed<16x16, #llm.dense<f32>>
  %b = llm.weight @b : tensor<16xf32>
  %y = llm.linear %x, %w bias %b : tensor<16xf32> residual %r : tensor<?x16xf32>
    : tensor<?x16xf32>, !llm.packed<16x16, #llm.dense<f32>> -> tensor<?x16xf32>
  %z = llm.silu %y : tensor<?x16xf32>
  llm.yield %z : tensor<?x16xf32>
}

// -----

// A panel of the gate and one of the up projection are computed side by side.
// CHECK-LABEL: llm.step @gated
//       CHECK:   llm.phase "gated_linear"
//       CHECK:     %[[TILE:.*]]:2 = llm.linear_tile
//       CHECK:     %[[GATE:.*]] = vector.extract %[[TILE]]#0[0]
//       CHECK:     %[[UP:.*]] = vector.extract %[[TILE]]#1[0]
//       CHECK:     arith.negf %[[GATE]]
//       CHECK:     %[[SILU:.*]] = arith.divf %[[GATE]]
//       CHECK:     %[[RESULT:.*]] = arith.mulf %[[SILU]], %[[UP]]
//       CHECK:     vector.store %[[RESULT]]
llm.parameter @gate : !llm.packed<16x16, #llm.dense<f32>> from "F32" ["gate"]
llm.parameter @up : !llm.packed<16x16, #llm.dense<bf16>> from "BF16" ["up"]

llm.step @gated rows [1, 1] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>):
  %g = llm.weight @gate : !llm.packed<16x16, #llm.dense<f32>>
  %u = llm.weight @up : !llm.packed<16x16, #llm.dense<bf16>>
  %y = llm.gated_linear "silu" %x, %g, %u : tensor<?x16xf32>,
    !llm.packed<16x16, #llm.dense<f32>>, !llm.packed<16x16, #llm.dense<bf16>> -> tensor<?x16xf32>
  %z = llm.silu %y : tensor<?x16xf32>
  llm.yield %z : tensor<?x16xf32>
}
