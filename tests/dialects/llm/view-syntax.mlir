// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[POINTER:[^:]*]]: !llvm.ptr, %[[ROWS:[^:]*]]: index)
//       CHECK:   llm.view %[[POINTER]][%[[ROWS]]] : memref<?x4xf32>
func.func @round_trip(%pointer: !llvm.ptr, %rows: index) -> memref<?x4xf32> {
  %item = llm.view %pointer[%rows] : memref<?x4xf32>
  return %item : memref<?x4xf32>
}

// CHECK-LABEL: func.func @of_known_size(
//       CHECK:   llm.view %{{.*}}[] : memref<4xi64>
func.func @of_known_size(%pointer: !llvm.ptr) -> memref<4xi64> {
  %item = llm.view %pointer[] : memref<4xi64>
  return %item : memref<4xi64>
}
