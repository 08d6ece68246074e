// RUN: llm-opt %s --llm-lower-team --llm-lower-graph | FileCheck %s

func.func private @graph(%team: !llm.team) attributes {llm.graph} {
  return
}

// 4 x 6 x 8 bytes: no size to multiply at run time.
// CHECK-LABEL: func.func @allocates_what_is_known(
//  CHECK-SAME:     %[[CONTEXT:[^:]*]]: !llvm.ptr
//       CHECK:   %[[BYTES:.*]] = llvm.mlir.constant(192 : i64)
//   CHECK-NOT:   overflow
//       CHECK:   llvm.call @graph_allocate(%[[CONTEXT]], %[[BYTES]])
func.func @allocates_what_is_known(%team: !llm.team) -> memref<4x6xi64> {
  %y = memref.alloc() : memref<4x6xi64>
  return %y : memref<4x6xi64>
}

// Bytes beyond 64 bits become -1, which no host has.
// CHECK-LABEL: func.func @asks_for_no_wrapped_size(
//       CHECK:   "llvm.intr.umul.with.overflow"
//       CHECK:   "llvm.intr.umul.with.overflow"
//       CHECK:   %[[OVERFLOW:.*]] = arith.ori
//       CHECK:   %[[BYTES:.*]] = arith.select %[[OVERFLOW]], %[[NONE:.*]], %{{.*}} : i64
//       CHECK:   llvm.call @graph_allocate(%{{.*}}, %[[BYTES]])
func.func @asks_for_no_wrapped_size(%team: !llm.team, %n: index, %m: index) -> memref<?x?xf32> {
  %y = memref.alloc(%n, %m) : memref<?x?xf32>
  return %y : memref<?x?xf32>
}

// CHECK-LABEL: func.func @releases_the_block_itself(
//       CHECK:   %[[BLOCK:.*]] = llvm.extractvalue %{{.*}}[0]
//       CHECK:   llvm.call @graph_release(%{{.*}}, %[[BLOCK]])
func.func @releases_the_block_itself(%team: !llm.team, %x: memref<?xf32>) {
  memref.dealloc %x : memref<?xf32>
  return
}

// CHECK-LABEL: func.func @allocates_and_views(
//       CHECK:   %[[BLOCK:.*]] = llvm.call @graph_allocate(
//       CHECK:   llvm.insertvalue %[[BLOCK]], %{{.*}}[0]
//   CHECK-NOT:   llm.
func.func @allocates_and_views(%team: !llm.team, %bytes: index, %rows: index) -> memref<?x4xf32> {
  %block = llm.allocate %bytes
  %view = llm.view %block[%rows] : memref<?x4xf32>
  return %view : memref<?x4xf32>
}

// The index is reported once, and memory is read at 0.
// CHECK-LABEL: func.func @reports_and_goes_on(
//  CHECK-SAME:     %[[CONTEXT:[^:]*]]: !llvm.ptr, %{{[^:]*}}: i64, %[[I:[^:]*]]: index, %[[SIZE:[^:]*]]: index)
//       CHECK:   %[[INSIDE:.*]] = arith.cmpi ult, %[[I]], %[[SIZE]]
//       CHECK:   scf.if
//       CHECK:     llvm.call @graph_fail(%[[CONTEXT]],
//       CHECK:   %[[ZERO:.*]] = arith.constant 0 : index
//       CHECK:   %[[PLACE:.*]] = arith.select %[[INSIDE]], %[[I]], %[[ZERO]]
//       CHECK:   return %[[PLACE]]
func.func @reports_and_goes_on(%team: !llm.team, %i: index, %size: index) -> index {
  %place = llm.check_index %i of %size, "out of range"
  return %place : index
}
