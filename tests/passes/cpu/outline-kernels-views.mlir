// RUN: llm-opt %s --llm-outline-kernels --split-input-file | FileCheck %s

#x = affine_map<(n, o, h, w, c, k, l) -> (n, c, h + k, w + l)>
#w = affine_map<(n, o, h, w, c, k, l) -> (o, c, k, l)>
#y = affine_map<(n, o, h, w, c, k, l) -> (n, o, h, w)>

// A convolution into its channels of a concatenation: whole images, whose sizes
// only the run knows, are one run of columns.
// CHECK-LABEL: func.func private @into_channels(
//       CHECK: func.call @multiply.f32
func.func private @into_channels(%team: !llm.team, %x: memref<?x8x?x?xf32>, %weights: memref<16x8x3x3xf32>, %n: index, %h: index, %w: index) -> memref<?x48x?x?xf32> attributes {llm.graph} {
  %all = memref.alloc(%n, %h, %w) : memref<?x48x?x?xf32>
  %part = memref.subview %all[0, 16, 0, 0] [%n, 16, %h, %w] [1, 1, 1, 1] : memref<?x48x?x?xf32> to memref<?x16x?x?xf32, strided<[?, ?, ?, 1], offset: ?>>
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %weights : memref<?x8x?x?xf32>, memref<16x8x3x3xf32>) outs(%part : memref<?x16x?x?xf32, strided<[?, ?, ?, 1], offset: ?>>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  }
  return %all : memref<?x48x?x?xf32>
}

// -----

#x = affine_map<(n, o, h, w, c, k, l) -> (n, c, h + k, w + l)>
#w = affine_map<(n, o, h, w, c, k, l) -> (o, c, k, l)>
#y = affine_map<(n, o, h, w, c, k, l) -> (n, o, h, w)>

// Into its columns: the rows of its images lie apart.
// CHECK-LABEL: func.func private @into_columns(
//   CHECK-NOT: call @multiply
func.func private @into_columns(%team: !llm.team, %x: memref<?x8x?x?xf32>, %weights: memref<16x8x3x3xf32>, %n: index, %h: index, %w: index, %both: index) -> memref<?x16x?x?xf32> attributes {llm.graph} {
  %all = memref.alloc(%n, %h, %both) : memref<?x16x?x?xf32>
  %part = memref.subview %all[0, 0, 0, 0] [%n, 16, %h, %w] [1, 1, 1, 1] : memref<?x16x?x?xf32> to memref<?x16x?x?xf32, strided<[?, ?, ?, 1]>>
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %weights : memref<?x8x?x?xf32>, memref<16x8x3x3xf32>) outs(%part : memref<?x16x?x?xf32, strided<[?, ?, ?, 1]>>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  }
  return %all : memref<?x16x?x?xf32>
}
