// RUN: llm-opt %s --llm-expand-weight-tiles | FileCheck %s

// Columns that fill no run follow the loop; padding is not multiplied.
// CHECK-LABEL: func.func @rest_of_a_run(
//       CHECK:   scf.for
//       CHECK:   }
// CHECK-COUNT-3: vector.fma %{{.*}}, %{{.*}}, %{{.*}} : vector<16xf32>
//   CHECK-NOT:   vector.fma
//       CHECK:   return
func.func @rest_of_a_run(%x: memref<?x48xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x35, #llm.grouped<bits = 8, group = 32, zero = 0, minimum = false, super = 0>>]
    : memref<?x48xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}

// A number is broadcast once for all panels that multiply it.
// CHECK-LABEL: func.func @two_panels_share_an_input(
//       CHECK:   scf.for
//       CHECK:     %[[NUMBER:.*]] = vector.broadcast %{{.*}} : f32 to vector<16xf32>
// CHECK-COUNT-2:   vector.fma %[[NUMBER]]
func.func @two_panels_share_an_input(%x: memref<?x16xf32>, %row: index, %w: memref<?xi8>, %p: index, %q: index)
    -> (vector<1x16xf32>, vector<1x16xf32>) {
  %a, %b = llm.linear_tile %x[%row], [%w, %w], [%p, %q] types [!llm.packed<32x16, #llm.dense<f32>>, !llm.packed<32x16, #llm.dense<f32>>]
    : memref<?x16xf32>, memref<?xi8>, memref<?xi8> -> vector<1x16xf32>, vector<1x16xf32>
  return %a, %b : vector<1x16xf32>, vector<1x16xf32>
}

// CHECK-LABEL: func.func @one_weight(
//   CHECK-NOT:   llm.weight_element
//       CHECK:   vector.load %{{.*}} : memref<?xi8>, vector<4xi8>
//   CHECK-NOT:   vector<16x
//       CHECK:   return
func.func @one_weight(%w: memref<?xi8>, %row: index, %column: index) -> f32 {
  %e = llm.weight_element %w[%row, %column] type !llm.packed<96x16, #llm.dense<f32>> : memref<?xi8>
  return %e : f32
}
