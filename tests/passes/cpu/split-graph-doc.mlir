// RUN: llm-opt %s --llm-split-graph=max-ops=3 | FileCheck %s

// What names memory is made again; the rest is passed and returned.
// CHECK-LABEL: func.func private @graph.part.0(
// CHECK-SAME:      %[[TEAM:[^:]*]]: !llm.team, %[[X:[^:]*]]: memref<4xf32>) -> (memref<4xf32>, memref<4xf32>)
// CHECK-SAME:      passthrough = ["noinline"]
// CHECK:         %[[A:.*]] = memref.alloc()
// CHECK:         %[[IN:.*]] = memref.cast %[[X]]
// CHECK:         %[[MID:.*]] = memref.cast %[[A]]
// CHECK:         llm.launch @kernel {{.*}}(%[[IN]], %[[MID]])
// CHECK:         %[[B:.*]] = memref.alloc()
// CHECK:         return %[[A]], %[[B]]
// CHECK-LABEL: func.func private @graph.part.1(
// CHECK-SAME:      %{{[^:]*}}: !llm.team, %[[A:[^:]*]]: memref<4xf32>, %{{[^:]*}}: memref<4xf32>)
// CHECK:         %[[MID:.*]] = memref.cast %[[A]]
// CHECK:         llm.launch @kernel {{.*}}(%[[MID]],
// CHECK:         memref.dealloc %[[A]]
// CHECK:         return
// CHECK-LABEL: func.func @graph(
// CHECK-SAME:      %[[TEAM:[^:]*]]: !llm.team, %[[X:[^:]*]]: memref<4xf32>)
// CHECK-NOT:     memref.cast
// CHECK:         %[[FIRST:.*]]:2 = call @graph.part.0(%[[TEAM]], %[[X]])
// CHECK:         call @graph.part.1(%[[TEAM]], %[[FIRST]]#0, %[[FIRST]]#1)
// CHECK:         return %[[FIRST]]#1
func.func private @kernel(!llm.team, index, index, memref<?xf32>, memref<?xf32>)
func.func @graph(%team: !llm.team, %x: memref<4xf32>) -> memref<4xf32> attributes {llm.graph} {
  %c1 = arith.constant 1 : index
  %in = memref.cast %x : memref<4xf32> to memref<?xf32>
  %a = memref.alloc() : memref<4xf32>
  %mid = memref.cast %a : memref<4xf32> to memref<?xf32>
  llm.launch @kernel tiles %c1 work %c1 (%in, %mid) : memref<?xf32>, memref<?xf32>
  %b = memref.alloc() : memref<4xf32>
  %out = memref.cast %b : memref<4xf32> to memref<?xf32>
  llm.launch @kernel tiles %c1 work %c1 (%mid, %out) : memref<?xf32>, memref<?xf32>
  memref.dealloc %a : memref<4xf32>
  return %b : memref<4xf32>
}
