// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @of_fixed_size(
//  CHECK-SAME:     %[[TEAM:.*]]: !llm.team)
//       CHECK:   llm.context_buffer %[[TEAM]] "arena" 0 : memref<64xi8>
func.func @of_fixed_size(%team: !llm.team) -> memref<64xi8> {
  %arena = llm.context_buffer %team "arena" 0 : memref<64xi8>
  return %arena : memref<64xi8>
}

// CHECK-LABEL: func.func @of_a_size_known_later(
//       CHECK:   llm.context_buffer %{{.*}} "arena" 0[%{{.*}}] : memref<?xi8>
func.func @of_a_size_known_later(%team: !llm.team, %size: index) -> memref<?xi8> {
  %arena = llm.context_buffer %team "arena" 0 [%size] : memref<?xi8>
  return %arena : memref<?xi8>
}

// CHECK-LABEL: func.func @of_sizes_known_later(
//  CHECK-SAME:     %[[TEAM:[^:]*]]: !llm.team, %[[N:[^:]*]]: index, %[[M:[^:]*]]: index)
//       CHECK:   llm.context_buffer %[[TEAM]] "argument" 3[%[[N]], %[[M]]] : memref<?x?xi32>
func.func @of_sizes_known_later(%team: !llm.team, %n: index, %m: index) -> memref<?x?xi32> {
  %b = llm.context_buffer %team "argument" 3 [%n, %m] : memref<?x?xi32>
  return %b : memref<?x?xi32>
}
