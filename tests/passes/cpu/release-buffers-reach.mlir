// RUN: llm-opt %s --llm-release-buffers | FileCheck %s

// A reader within an op: the buffer ends after the op of its own block.
// CHECK-LABEL: func.func @read_in_a_loop(
//       CHECK:   %[[A:.*]] = memref.alloc()
//       CHECK:   scf.for
//       CHECK:     memref.load %[[A]]
//       CHECK:   }
//  CHECK-NEXT:   memref.dealloc %[[A]]
func.func @read_in_a_loop(%x: memref<8xf32>, %n: index) attributes {llm.graph} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<8xf32>
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %a[%c0] : memref<8xf32>
    memref.store %v, %x[%c0] : memref<8xf32>
  }
  return
}

// A buffer that a loop carries may be any of its results.
// CHECK-LABEL: func.func @carried_by_a_loop(
//   CHECK-NOT:   memref.dealloc
//       CHECK:   return
func.func @carried_by_a_loop(%n: index) -> f32 attributes {llm.graph} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<8xf32>
  %last = scf.for %i = %c0 to %n step %c1 iter_args(%m = %a) -> memref<8xf32> {
    scf.yield %m : memref<8xf32>
  }
  %v = memref.load %last[%c0] : memref<8xf32>
  return %v : f32
}

// Functions that are no graphs release their buffers themselves.
// CHECK-LABEL: func.func @kernel(
//   CHECK-NOT:   memref.dealloc
//       CHECK:   return
func.func @kernel() {
  %a = memref.alloc() : memref<8xf32>
  return
}
