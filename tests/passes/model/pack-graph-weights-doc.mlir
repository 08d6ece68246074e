// RUN: llm-opt %s --llm-pack-graph-weights --canonicalize --symbol-dce | FileCheck %s

// What lies column by column in the file becomes panels of 16 columns.
// CHECK: #[[$PANELS:.+]] = affine_map<(d0, d1, d2) -> (d1 floordiv 16, d2, d1 mod 16)>
// CHECK-NOT: llm.parameter @up : tensor
// CHECK: llm.parameter @up.panels.transposed : !llm.packed<40x8, #llm.dense<f32>> from "F32" ["up"] transposed
// CHECK-NOT: llm.parameter @up : tensor
llm.parameter @up : tensor<8x40xf32> from "F32" ["up"]

// CHECK-LABEL: func.func @multiplies_panels(
//       CHECK:   %[[W:.*]] = llm.weight @up.panels.transposed
//       CHECK:   %[[P:.*]] = llm.panels %[[W]] : {{.*}} -> tensor<3x8x16xf32>
//       CHECK:   linalg.generic {indexing_maps = [#{{.*}}, #[[$PANELS]], #{{.*}}]
//  CHECK-SAME:     ins(%{{.*}}, %[[P]] : tensor<?x8xf32>, tensor<3x8x16xf32>)
func.func @multiplies_panels(%x: tensor<?x8xf32>, %start: tensor<?x40xf32>) -> tensor<?x40xf32> {
  %w = llm.weight @up : tensor<8x40xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%x, %w : tensor<?x8xf32>, tensor<8x40xf32>) outs(%start : tensor<?x40xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %product = arith.mulf %a, %b : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}
