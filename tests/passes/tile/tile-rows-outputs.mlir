// RUN: llm-opt %s --llm-tile-rows | FileCheck %s

// What the step hands out is not padded: a row's last vector is cut.
// CHECK-LABEL: llm.step @odd_columns
//       CHECK:   llm.phase "silu"
//   CHECK-NOT:     vector.store
//       CHECK:     %[[MASK:.*]] = vector.create_mask
//       CHECK:     vector.maskedstore %{{.*}}, %[[MASK]], %{{.*}} : memref<?x40xf32>
//   CHECK-NOT:     vector.store
llm.step @odd_columns rows [1, 8] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x40xf32>):
  %y = llm.silu %x : tensor<?x40xf32>
  llm.yield %y : tensor<?x40xf32>
}

// CHECK-LABEL: llm.step @odd_columns_gathered
//       CHECK:   llm.phase "gather_rows"
//   CHECK-NOT:     vector.store
//       CHECK:     vector.maskedstore {{.*}} : memref<?x40xf32>
llm.step @odd_columns_gathered rows [1, 8] arguments ["x", "output_rows"] outputs ["y"] {
^bb0(%x: tensor<?x40xf32>, %rows: tensor<?xi32>):
  %y = llm.gather_rows %x, %rows : tensor<?x40xf32>, tensor<?xi32>
  llm.yield %y : tensor<?x40xf32>
}

// CHECK-LABEL: llm.step @whole_vectors
//   CHECK-NOT:   vector.maskedstore
//       CHECK:   vector.store {{.*}} : memref<?x48xf32>
llm.step @whole_vectors rows [1, 8] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x48xf32>):
  %y = llm.silu %x : tensor<?x48xf32>
  llm.yield %y : tensor<?x48xf32>
}
