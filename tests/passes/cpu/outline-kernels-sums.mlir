// RUN: llm-opt %s --llm-outline-kernels | FileCheck %s

#both = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#turned = affine_map<(i, j) -> (j, i)>

// Sums along rows are kept in 16 lanes, the rest of a row under a mask.
// CHECK-LABEL: func.func private @graph(
// CHECK: func.func private @kernel.0(
// CHECK:   scf.for {{.*}} -> (vector<16xf32>)
// CHECK:     vector.maskedload
// CHECK:     arith.mulf {{.*}} : vector<16xf32>
// CHECK:     arith.addf {{.*}} : vector<16xf32>
// CHECK:   vector.maskedload
// CHECK:   vector.reduction <add>, {{.*}} fastmath<reassoc>
// A NaN is the largest of all.
// CHECK: func.func private @kernel.1(
// CHECK:   arith.maximumf {{.*}} : vector<16xf32>
// CHECK:   vector.reduction <maximumf>
// Rows that lie apart.
// CHECK: func.func private @kernel.2(
// CHECK-NOT: vector.reduction
func.func private @graph(%team: !llm.team, %x: memref<4x40xf32>, %y: memref<4xf32>, %z: memref<40x4xf32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [#both, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<4x40xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %square = arith.mulf %a, %a : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [#both, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<4x40xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %top: f32):
    %next = arith.maximumf %top, %a : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [#turned, #row], iterator_types = ["parallel", "reduction"]} ins(%z : memref<40x4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  }
  return
}
