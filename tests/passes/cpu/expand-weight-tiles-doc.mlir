// RUN: llm-opt %s --llm-expand-weight-tiles | FileCheck %s

// CHECK-LABEL: func.func @a_tile_of_two_rows(
//  CHECK-SAME:     %[[X:[^:]*]]: memref<?x32xf32>, %{{[^:]*}}: index, %[[BYTES:[^:]*]]: memref<3072xi8>
//       CHECK:   scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>)
//       CHECK:     %[[RAW:.*]] = vector.load %[[BYTES]]{{.*}} : memref<3072xi8>, vector<64xi8>
//       CHECK:     %[[WEIGHTS:.*]] = vector.bitcast %[[RAW]] : vector<64xi8> to vector<16xf32>
//   CHECK-DAG:     memref.load %[[X]]
// CHECK-COUNT-2:   vector.fma %{{.*}}, %[[WEIGHTS]], %{{.*}} : vector<16xf32>
//       CHECK:   vector.insert {{.*}} into vector<2x16xf32>
//   CHECK-NOT:   llm.linear_tile
func.func @a_tile_of_two_rows(%x: memref<?x32xf32>, %row: index, %w: memref<3072xi8>, %panel: index)
    -> vector<2x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<32x24, #llm.dense<f32>>]
    : memref<?x32xf32>, memref<3072xi8> -> vector<2x16xf32>
  return %y : vector<2x16xf32>
}
