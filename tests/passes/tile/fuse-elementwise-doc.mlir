// RUN: llm-opt %s --llm-fuse-elementwise | FileCheck %s

#both = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>

// CHECK-LABEL: func.func @fuses_a_chain_into_the_sum_that_ends_it(
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
//       CHECK:     math.exp
//       CHECK:     arith.addf
//   CHECK-NOT:   linalg.generic
func.func @fuses_a_chain_into_the_sum_that_ends_it(%x: tensor<4x8xf32>, %start: tensor<4xf32>) -> tensor<4xf32> {
  %empty = tensor.empty() : tensor<4x8xf32>
  %squares = linalg.generic {indexing_maps = [#both, #both], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %square = arith.mulf %a, %a : f32
    linalg.yield %square : f32
  } -> tensor<4x8xf32>
  %powers = linalg.generic {indexing_maps = [#both, #both], iterator_types = ["parallel", "parallel"]} ins(%squares : tensor<4x8xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %power = math.exp %a : f32
    linalg.yield %power : f32
  } -> tensor<4x8xf32>
  %sums = linalg.generic {indexing_maps = [#both, #row], iterator_types = ["parallel", "reduction"]} ins(%powers : tensor<4x8xf32>) outs(%start : tensor<4xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  } -> tensor<4xf32>
  return %sums : tensor<4xf32>
}

// An element that many read is computed once.
// CHECK-LABEL: func.func @computes_once_what_is_read_often(
//       CHECK:   linalg.generic
//       CHECK:     math.rsqrt
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
func.func @computes_once_what_is_read_often(%x: tensor<4x8xf32>, %s: tensor<4xf32>) -> tensor<4x8xf32> {
  %row = tensor.empty() : tensor<4xf32>
  %scales = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%s : tensor<4xf32>) outs(%row : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %root = math.rsqrt %a : f32
    linalg.yield %root : f32
  } -> tensor<4xf32>
  %empty = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#both, #row, #both], iterator_types = ["parallel", "parallel"]} ins(%x, %scales : tensor<4x8xf32>, tensor<4xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %product = arith.mulf %a, %b : f32
    linalg.yield %product : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// Products stay what tiles multiply.
// CHECK-LABEL: func.func @leaves_products_alone(
//       CHECK:   linalg.generic
//       CHECK:     math.exp
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
//  CHECK-NEXT:     arith.addf
func.func @leaves_products_alone(%x: tensor<4x8xf32>, %w: tensor<8x4xf32>, %start: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %empty = tensor.empty() : tensor<4x8xf32>
  %powers = linalg.generic {indexing_maps = [#both, #both], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %power = math.exp %a : f32
    linalg.yield %power : f32
  } -> tensor<4x8xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%powers, %w : tensor<4x8xf32>, tensor<8x4xf32>) outs(%start : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %product = arith.mulf %a, %b : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
