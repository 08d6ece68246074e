// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: #[[$MAP:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (s0)>

// CHECK-LABEL: func.func @a_result_over_its_input(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x64xf32>)
//       CHECK:   llm.phase "scale" tiles #[[$MAP]] inputs(%[[X]] : tensor<?x64xf32>)
//  CHECK-SAME:     accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>]
//  CHECK-SAME:     reuses [0] scratch [] -> tensor<?x64xf32> {
//       CHECK:   ^bb0(%{{.*}}: index, %{{.*}}: memref<?x64xf32>, %{{.*}}: memref<?x64xf32>):
//       CHECK:     llm.yield
func.func @a_result_over_its_input(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = llm.phase "scale" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>]
      reuses [0] scratch [] -> tensor<?x64xf32> {
  ^bb0(%t: index, %in: memref<?x64xf32>, %out: memref<?x64xf32>):
    llm.yield
  }
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @scratch_and_no_result(
//       CHECK:   llm.phase "append"
//  CHECK-SAME:     reuses [] scratch [memref<4x16xf32>] {
func.func @scratch_and_no_result(%x: tensor<?x64xf32>) {
  llm.phase "append" tiles affine_map<()[r, s, o, p, c] -> (r ceildiv 8)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0 * 8, 0), [8, -1]>] reuses [] scratch [memref<4x16xf32>] {
  ^bb0(%t: index, %in: memref<?x64xf32>, %s: memref<4x16xf32>):
    llm.yield
  }
  return
}
