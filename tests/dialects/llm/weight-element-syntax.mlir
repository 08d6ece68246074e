// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @of_a_packed_weight(
//  CHECK-SAME:     %[[W:[^:]*]]: !llm.packed<64x64, #llm.dense<f32>>, %[[R:[^:]*]]: index, %[[C:[^:]*]]: index)
//       CHECK:   llm.weight_element %[[W]][%[[R]], %[[C]]] type !llm.packed<64x64, #llm.dense<f32>> : !llm.packed<64x64, #llm.dense<f32>>
func.func @of_a_packed_weight(%w: !llm.packed<64x64, #llm.dense<f32>>, %row: index, %column: index) -> f32 {
  %e = llm.weight_element %w[%row, %column] type !llm.packed<64x64, #llm.dense<f32>> : !llm.packed<64x64, #llm.dense<f32>>
  return %e : f32
}

// CHECK-LABEL: func.func @of_bytes(
//       CHECK:   llm.weight_element {{.*}} type !llm.packed<64x64, #llm.dense<f32>> : memref<?xi8>
func.func @of_bytes(%w: memref<?xi8>, %row: index, %column: index) -> f32 {
  %e = llm.weight_element %w[%row, %column] type !llm.packed<64x64, #llm.dense<f32>> : memref<?xi8>
  return %e : f32
}
