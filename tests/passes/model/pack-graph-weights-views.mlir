// RUN: llm-opt %s --llm-pack-graph-weights --canonicalize --symbol-dce | FileCheck %s

#lhs = affine_map<(m, n, k) -> (m, k)>
#rows = affine_map<(m, n, k) -> (n, k)>
#columns = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>

// The second direction of a recurrent layer, which is transposed on the way.
// CHECK-DAG: llm.parameter @gates.panels.320 : !llm.packed<40x8, #llm.dense<f32>> from "F16" ["gates"] first 320
llm.parameter @gates : tensor<2x40x8xf16> from "F16" ["gates"]
// Every second row: no matrix that the packer reads.
// CHECK-DAG: llm.parameter @spread : tensor<80x8xf32>
llm.parameter @spread : tensor<80x8xf32> from "F32" ["spread"]
llm.parameter @half : tensor<40x8xf16> from "F16" ["half"]
// Rows of the result, not columns.
// CHECK-DAG: llm.parameter @left : tensor<4x8xf32>
llm.parameter @left : tensor<4x8xf32> from "F32" ["left"]

// CHECK-LABEL: func.func @follows_slices_transposes_and_casts(
//       CHECK:   llm.panels %{{.*}} -> tensor<3x8x16xf32>
//   CHECK-NOT:   arith.extf
func.func @follows_slices_transposes_and_casts(%x: tensor<?x8xf32>, %start: tensor<?x40xf32>) -> tensor<?x40xf32> {
  %w = llm.weight @gates : tensor<2x40x8xf16>
  %part = tensor.extract_slice %w[1, 0, 0] [1, 40, 8] [1, 1, 1] : tensor<2x40x8xf16> to tensor<40x8xf16>
  %empty = tensor.empty() : tensor<8x40xf32>
  %turned = linalg.generic {
    indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
    iterator_types = ["parallel", "parallel"]
  } ins(%part : tensor<40x8xf16>) outs(%empty : tensor<8x40xf32>) {
  ^bb0(%a: f16, %out: f32):
    %wide = arith.extf %a : f16 to f32
    linalg.yield %wide : f32
  } -> tensor<8x40xf32>
  %y = linalg.generic {indexing_maps = [#lhs, #columns, #out], iterator_types = ["parallel", "parallel", "reduction"]}
    ins(%x, %turned : tensor<?x8xf32>, tensor<8x40xf32>) outs(%start : tensor<?x40xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %product = arith.mulf %a, %b : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}

// CHECK-LABEL: func.func @leaves_steps_alone(
//   CHECK-NOT:   llm.panels
func.func @leaves_steps_alone(%x: tensor<?x8xf32>, %start: tensor<?x40xf32>) -> tensor<?x40xf32> {
  %w = llm.weight @spread : tensor<80x8xf32>
  %part = tensor.extract_slice %w[0, 0] [40, 8] [2, 1] : tensor<80x8xf32> to tensor<40x8xf32>
  %y = linalg.generic {indexing_maps = [#lhs, #rows, #out], iterator_types = ["parallel", "parallel", "reduction"]}
    ins(%x, %part : tensor<?x8xf32>, tensor<40x8xf32>) outs(%start : tensor<?x40xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %product = arith.mulf %a, %b : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}

// CHECK-LABEL: func.func @leaves_the_rows_weight_alone(
//   CHECK-NOT:   llm.panels
func.func @leaves_the_rows_weight_alone(%x: tensor<8x?xf32>, %start: tensor<4x?xf32>) -> tensor<4x?xf32> {
  %w = llm.weight @left : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#lhs, #columns, #out], iterator_types = ["parallel", "parallel", "reduction"]}
    ins(%w, %x : tensor<4x8xf32>, tensor<8x?xf32>) outs(%start : tensor<4x?xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %product = arith.mulf %a, %b : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> tensor<4x?xf32>
  return %y : tensor<4x?xf32>
}

// The product widens its weight itself; panels are f32 already.
// CHECK-LABEL: func.func @leaves_products_that_cast_alone(
//   CHECK-NOT:   llm.panels
func.func @leaves_products_that_cast_alone(%x: tensor<?x8xf32>, %start: tensor<?x40xf32>) -> tensor<?x40xf32> {
  %w = llm.weight @half : tensor<40x8xf16>
  %y = linalg.generic {indexing_maps = [#lhs, #rows, #out], iterator_types = ["parallel", "parallel", "reduction"]}
    ins(%x, %w : tensor<?x8xf32>, tensor<40x8xf16>) outs(%start : tensor<?x40xf32>) {
  ^bb0(%a: f32, %b: f16, %sum: f32):
    %wide = arith.extf %b : f16 to f32
    %product = arith.mulf %a, %wide : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}
