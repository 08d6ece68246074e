// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @two_panels_of_a_packed_weight(
//  CHECK-SAME:     %[[X:[^:]*]]: memref<?x64xf32>, %[[ROW:[^:]*]]: index
//  CHECK-SAME:     %[[W:[^:]*]]: !llm.packed<64x64, #llm.dense<f32>>, %[[P0:[^:]*]]: index, %[[P1:[^:]*]]: index)
//       CHECK:   llm.linear_tile %[[X]][%[[ROW]]], [%[[W]], %[[W]]], [%[[P0]], %[[P1]]]
//  CHECK-SAME:     types [!llm.packed<64x64, #llm.dense<f32>>, !llm.packed<64x64, #llm.dense<f32>>]
//  CHECK-SAME:     -> vector<12x16xf32>, vector<12x16xf32>
func.func @two_panels_of_a_packed_weight(%x: memref<?x64xf32>, %row: index,
    %w: !llm.packed<64x64, #llm.dense<f32>>, %p0: index, %p1: index)
    -> (vector<12x16xf32>, vector<12x16xf32>) {
  %a, %b = llm.linear_tile %x[%row], [%w, %w], [%p0, %p1] types [!llm.packed<64x64, #llm.dense<f32>>, !llm.packed<64x64, #llm.dense<f32>>]
    : memref<?x64xf32>, !llm.packed<64x64, #llm.dense<f32>>, !llm.packed<64x64, #llm.dense<f32>> -> vector<12x16xf32>, vector<12x16xf32>
  return %a, %b : vector<12x16xf32>, vector<12x16xf32>
}

// CHECK-LABEL: func.func @a_weight_that_became_bytes(
//       CHECK:   llm.linear_tile {{.*}} types [!llm.packed<64x64, #llm.dense<f32>>]
//  CHECK-SAME:     : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
func.func @a_weight_that_became_bytes(%x: memref<?x64xf32>, %row: index, %w: memref<?xi8>)
    -> vector<1x16xf32> {
  %a = llm.linear_tile %x[%row], [%w], [%row] types [!llm.packed<64x64, #llm.dense<f32>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
  return %a : vector<1x16xf32>
}
