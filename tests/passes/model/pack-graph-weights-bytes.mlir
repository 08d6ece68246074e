// RUN: llm-opt %s --llm-pack-graph-weights --canonicalize --symbol-dce | FileCheck %s

// Four rows of bytes lie side by side.
// CHECK: #[[$PANELS:.+]] = affine_map<(d0, d1, d2) -> (d1 floordiv 16, d2 floordiv 4, d1 mod 16, d2 mod 4)>
// CHECK: llm.parameter @up.panels.transposed : !llm.packed<40x9, #llm.dense<i8>> from "I8" ["up"] transposed
llm.parameter @up : tensor<9x40xi8> from "I8" ["up"]
llm.parameter @down : tensor<9x40xi8> from "I8" ["down"]

// CHECK-LABEL: func.func @bytes(
//       CHECK:   %[[W:.*]] = llm.weight @up.panels.transposed
//       CHECK:   %[[P:.*]] = llm.panels %[[W]] : {{.*}} -> tensor<3x3x16x4xi8>
//       CHECK:   linalg.generic {indexing_maps = [#{{.*}}, #[[$PANELS]], #{{.*}}, #{{.*}}]
//  CHECK-SAME:     ins(%{{.*}}, %[[P]], %{{.*}} : tensor<?x9xi8>, tensor<3x3x16x4xi8>, tensor<i32>)
func.func @bytes(%x: tensor<?x9xi8>, %zero: tensor<i32>, %start: tensor<?x40xi32>) -> tensor<?x40xi32> {
  %w = llm.weight @up : tensor<9x40xi8>
  %y = linalg.generic {
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> ()>, affine_map<(m, n, k) -> (m, n)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%x, %w, %zero : tensor<?x9xi8>, tensor<9x40xi8>, tensor<i32>) outs(%start : tensor<?x40xi32>) {
  ^bb0(%a: i8, %b: i8, %z: i32, %sum: i32):
    %wideA = arith.extui %a : i8 to i32
    %difference = arith.subi %wideA, %z : i32
    %wideB = arith.extsi %b : i8 to i32
    %product = arith.muli %difference, %wideB : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  } -> tensor<?x40xi32>
  return %y : tensor<?x40xi32>
}

// Signs that agree are multiplied by no processor, so nothing is gained.
// CHECK-LABEL: func.func @same_signs(
//       CHECK:   llm.weight @down : tensor<9x40xi8>
func.func @same_signs(%x: tensor<?x9xi8>, %start: tensor<?x40xi32>) -> tensor<?x40xi32> {
  %w = llm.weight @down : tensor<9x40xi8>
  %y = linalg.generic {
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%x, %w : tensor<?x9xi8>, tensor<9x40xi8>) outs(%start : tensor<?x40xi32>) {
  ^bb0(%a: i8, %b: i8, %sum: i32):
    %wideA = arith.extsi %a : i8 to i32
    %wideB = arith.extsi %b : i8 to i32
    %product = arith.muli %wideA, %wideB : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  } -> tensor<?x40xi32>
  return %y : tensor<?x40xi32>
}
