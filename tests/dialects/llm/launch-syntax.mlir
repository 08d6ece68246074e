// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[TILES:[^:]*]]: index, %[[WORK:[^:]*]]: index, %[[X:[^:]*]]: memref<?xf32>, %[[Y:[^:]*]]: memref<?xf32>)
//       CHECK:   llm.launch @kernel.0 tiles %[[TILES]] work %[[WORK]](%[[X]], %[[Y]]) : memref<?xf32>, memref<?xf32>
func.func @round_trip(%tiles: index, %work: index, %x: memref<?xf32>, %y: memref<?xf32>) {
  llm.launch @kernel.0 tiles %tiles work %work (%x, %y) : memref<?xf32>, memref<?xf32>
  return
}
func.func private @kernel.0(!llm.team, index, index, memref<?xf32>, memref<?xf32>)

// CHECK-LABEL: func.func @of_a_kernel_whose_team_is_lowered(
//       CHECK:   llm.launch @kernel.1 tiles %{{.*}} work %{{.*}}(%{{.*}}) : f32
func.func @of_a_kernel_whose_team_is_lowered(%tiles: index, %x: f32) {
  llm.launch @kernel.1 tiles %tiles work %tiles (%x) : f32
  return
}
func.func private @kernel.1(!llvm.ptr, i64, index, index, f32)

// CHECK-LABEL: func.func @without_operands(
//       CHECK:   llm.launch @kernel.2 tiles %{{.*}} work %{{.*}}(){{$}}
func.func @without_operands(%tiles: index) {
  llm.launch @kernel.2 tiles %tiles work %tiles ()
  return
}
func.func private @kernel.2(!llm.team, index, index)
