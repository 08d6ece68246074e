// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[S:[^:]*]]: !llm.state<{{.*}}>, %[[PAGE:[^:]*]]: index, %[[HEAD:[^:]*]]: index)
//       CHECK:   llm.keys %[[S]][%[[PAGE]], %[[HEAD]]]
//  CHECK-SAME:     : <heads = 3, head_dim = 64, page = 32, window = 0, element = f32> -> memref<64x32xf32>
func.func @round_trip(%s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>, %page: index, %head: index) -> memref<64x32xf32> {
  %k = llm.keys %s[%page, %head] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> -> memref<64x32xf32>
  return %k : memref<64x32xf32>
}
