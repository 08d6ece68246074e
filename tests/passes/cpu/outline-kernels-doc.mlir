// RUN: llm-opt %s --llm-outline-kernels | FileCheck %s

// A tile is a row: its 4 columns are fewer than a tile may have. The kernel
// serves any shape.
// CHECK:     func.func private @graph(%{{.*}}: !llm.team, %[[X:.*]]: memref<?x4xf32>, %[[B:.*]]: memref<4xf32>, %[[Y:.*]]: memref<?x4xf32>)
// CHECK:       %[[XS:.*]] = memref.cast %[[X]] : memref<?x4xf32> to memref<?x?xf32>
// CHECK:       %[[BS:.*]] = memref.cast %[[B]] : memref<4xf32> to memref<?xf32>
// CHECK:       %[[YS:.*]] = memref.cast %[[Y]] : memref<?x4xf32> to memref<?x?xf32>
// CHECK:       %[[ROWS:.*]] = memref.dim %[[X]]
// CHECK:       llm.launch @kernel.0 tiles %{{.*}} work %{{.*}}(%[[XS]], %[[BS]], %[[YS]])
// CHECK-NOT:   linalg.generic
// CHECK:     func.func private @kernel.0(%{{.*}}: !llm.team, %[[FIRST:.*]]: index, %[[END:.*]]: index, %[[X:.*]]: memref<?x?xf32>, %[[B:.*]]: memref<?xf32>, %[[Y:.*]]: memref<?x?xf32>)
// CHECK:       scf.for %{{.*}} = %[[FIRST]] to %[[END]]
// CHECK:         %[[ROW:.*]] = arith.divui
// CHECK:         scf.for %[[COLUMN:.*]] =
// CHECK:           %[[A:.*]] = memref.load %[[X]][%[[ROW]], %[[COLUMN]]]
// CHECK:           %[[C:.*]] = memref.load %[[B]][%[[COLUMN]]]
// CHECK:           %[[SUM:.*]] = arith.addf %[[A]], %[[C]]
// CHECK:           memref.store %[[SUM]], %[[Y]][%[[ROW]], %[[COLUMN]]]
func.func private @graph(%team: !llm.team, %x: memref<?x4xf32>, %bias: memref<4xf32>, %y: memref<?x4xf32>) attributes {llm.graph} {
  linalg.generic {
    indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = ["parallel", "parallel"]
  } ins(%x, %bias : memref<?x4xf32>, memref<4xf32>) outs(%y : memref<?x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %sum = arith.addf %a, %b : f32
    linalg.yield %sum : f32
  }
  return
}
