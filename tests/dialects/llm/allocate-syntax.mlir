// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[BYTES:.*]]: index)
//       CHECK:   %[[TEXT:.*]] = llm.allocate %[[BYTES]]
//       CHECK:   return %[[TEXT]] : !llvm.ptr
func.func @round_trip(%bytes: index) -> !llvm.ptr {
  %text = llm.allocate %bytes
  return %text : !llvm.ptr
}
