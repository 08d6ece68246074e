// RUN: llm-opt %s --llm-tile-linear="register-rows=1,4 panels=2,1 chunk-rows=10" | FileCheck %s

// The entry with the most register rows that the step's rows fill.
// CHECK-LABEL: llm.step @one
//       CHECK:   llm.linear_tile {{.*}} -> vector<1x16xf32>, vector<1x16xf32>
// CHECK-LABEL: llm.step @few
//       CHECK:   llm.linear_tile {{.*}} -> vector<1x16xf32>, vector<1x16xf32>
// A chunk is a multiple of the register rows: 8 of at most 10.
// CHECK-LABEL: llm.step @many
//       CHECK:   #llm.access<(d0, d1) -> (d1 * 8, 0), [8, 16]>
//       CHECK:   llm.linear_tile {{.*}} -> vector<4x16xf32>
llm.parameter @w : !llm.packed<32x16, #llm.dense<f32>> from "F32" ["w"]

llm.step @one rows [1, 1] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>):
  %w = llm.weight @w : !llm.packed<32x16, #llm.dense<f32>>
  %y = llm.linear %x, %w : tensor<?x16xf32>, !llm.packed<32x16, #llm.dense<f32>> -> tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}

llm.step @few rows [2, 3] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>):
  %w = llm.weight @w : !llm.packed<32x16, #llm.dense<f32>>
  %y = llm.linear %x, %w : tensor<?x16xf32>, !llm.packed<32x16, #llm.dense<f32>> -> tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}

llm.step @many rows [4, 512] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>):
  %w = llm.weight @w : !llm.packed<32x16, #llm.dense<f32>>
  %y = llm.linear %x, %w : tensor<?x16xf32>, !llm.packed<32x16, #llm.dense<f32>> -> tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}
