// RUN: llm-opt %s --llm-tile-linear="register-rows=4 panels=1" | FileCheck %s

// What the step hands out is not padded: nothing is written past its rows and
// columns.
// CHECK:     llm.phase "linear"
// CHECK:     ^bb0(%{{.*}}: index, %{{.*}}: index, %{{.*}}: memref<?x16xf32>, %{{.*}}: !llm.packed<40x16, #llm.dense<f32>>, %[[OUT:.*]]: memref<?x40xf32>):
// CHECK-NOT:   vector.store
// CHECK:       scf.if
// CHECK:         %[[MASK:.*]] = vector.create_mask
// CHECK:         vector.maskedstore %[[OUT]]{{.*}}, %[[MASK]]
// CHECK-NOT:   vector.store
llm.parameter @w : !llm.packed<40x16, #llm.dense<f32>> from "F32" ["w"]

llm.step @many rows [1, 512] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>):
  %w = llm.weight @w : !llm.packed<40x16, #llm.dense<f32>>
  %y = llm.linear %x, %w : tensor<?x16xf32>, !llm.packed<40x16, #llm.dense<f32>> -> tensor<?x40xf32>
  llm.yield %y : tensor<?x40xf32>
}
