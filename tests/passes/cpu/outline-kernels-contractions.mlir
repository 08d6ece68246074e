// RUN: llm-opt %s --llm-outline-kernels --split-input-file | FileCheck %s

#both = affine_map<(m, n) -> (m, n)>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#panels = affine_map<(m, n, k) -> (n floordiv 16, k, n mod 16)>
#out = affine_map<(m, n, k) -> (m, n)>

// Whatever their sizes, products of matrices share a kernel. A bias of columns
// is written before it; a bound is kept in registers. Whole panels of
// columns are read where they lie by few rows.
// CHECK: llm.scratch_bytes = 131072
// CHECK-LABEL: func.func private @products_share_a_kernel(
//   CHECK-NOT:   linalg.generic
//       CHECK:   llm.launch @kernel.0 {{.*}} : memref<?xf32>, memref<?x?xf32>, memref<?x?xf32>, memref<?x?xf32>
//   CHECK-NOT:   linalg.generic
//       CHECK:   llm.launch @kernel.0 {{.*}} : memref<?xf32>, memref<?x?xf32>, memref<?x?xf32>, memref<?x?xf32>
//   CHECK-NOT:   llm.launch
//       CHECK: func.func private @multiply.f32.8x2(
//  CHECK-SAME:   passthrough = ["noinline"]
//       CHECK:   scf.for {{.*}} -> (vector<16xf32>
//       CHECK: func.func private @kernel.0(
//       CHECK:   llm.context_buffer %{{.*}} "scratch"
//       CHECK:   %[[LEAST:.*]] = arith.constant 0.000000e+00 : f32
//       CHECK:   %[[MOST:.*]] = arith.constant 0x7F800000 : f32
//       CHECK:   arith.cmpi eq
//  CHECK-NEXT:   %[[LAST:.*]] = arith.cmpi eq
//       CHECK:   memref.load
//       CHECK:   memref.store
//       CHECK:   %[[FEW:.*]] = arith.cmpi ule
//       CHECK:   %[[WHOLE:.*]] = arith.cmpi eq
//  CHECK-NEXT:   %[[BOTH:.*]] = arith.andi %[[WHOLE]], %[[FEW]]
//  CHECK-NEXT:   scf.if %[[BOTH]]
//       CHECK:   call @multiply.f32.inplace.8x2(
//       CHECK:   } else {
//       CHECK:   vector.maskedstore
//       CHECK:   call @multiply.f32.8x2({{.*}}, %false{{.*}}, %[[LAST]], %[[LEAST]], %[[MOST]])
//   CHECK-NOT:   arith.maximumf
//       CHECK: return
func.func private @products_share_a_kernel(%team: !llm.team, %x: memref<64x32xf32>, %w: memref<32x48xf32>, %v: memref<48x16xf32>, %b: memref<48xf32>, %c: memref<16xf32>) -> memref<64x16xf32> attributes {llm.graph} {
  %zero = arith.constant 0.0 : f32
  %y = memref.alloc() : memref<64x48xf32>
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (n)>, #both], iterator_types = ["parallel", "parallel"]} ins(%b : memref<48xf32>) outs(%y : memref<64x48xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<64x32xf32>, memref<32x48xf32>) outs(%y : memref<64x48xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%y : memref<64x48xf32>) {
  ^bb0(%a: f32):
    %positive = arith.maximumf %a, %zero : f32
    linalg.yield %positive : f32
  }
  %z = memref.alloc() : memref<64x16xf32>
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (n)>, #both], iterator_types = ["parallel", "parallel"]} ins(%c : memref<16xf32>) outs(%z : memref<64x16xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%y, %v : memref<64x48xf32>, memref<48x16xf32>) outs(%z : memref<64x16xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  memref.dealloc %y : memref<64x48xf32>
  linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%z : memref<64x16xf32>) {
  ^bb0(%a: f32):
    %positive = arith.maximumf %a, %zero : f32
    linalg.yield %positive : f32
  }
  return %z : memref<64x16xf32>
}

// -----

// Windows of an image: columns are places of the result.
// CHECK-LABEL: func.func private @convolutions_bring_windows_into_panels(
//       CHECK:   llm.launch @kernel.0
//       CHECK: func.func private @kernel.0(
//       CHECK:   llm.team_size
//       CHECK:   scf.while
//       CHECK:   memref.prefetch
//       CHECK:   call @multiply.f32.8x2
//       CHECK:   call @multiply.f32.8xcolumn
func.func private @convolutions_bring_windows_into_panels(%team: !llm.team, %x: memref<1x3x10x10xf32>, %w: memref<8x3x3x3xf32>, %y: memref<1x8x8x8xf32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [affine_map<(b, o, i, j, c, u, v) -> (b, c, i + u, j + v)>, affine_map<(b, o, i, j, c, u, v) -> (o, c, u, v)>, affine_map<(b, o, i, j, c, u, v) -> (b, o, i, j)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : memref<1x3x10x10xf32>, memref<8x3x3x3xf32>) outs(%y : memref<1x8x8x8xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  return
}

// -----

#lhs = affine_map<(m, n, k) -> (m, k)>
#panels = affine_map<(m, n, k) -> (n floordiv 16, k, n mod 16)>
#out = affine_map<(m, n, k) -> (m, n)>

// Panels are multiplied where they lie.
// CHECK-LABEL: func.func private @multiplies_panels_where_they_lie(
//       CHECK: func.func private @kernel.0(
//   CHECK-NOT:   llm.context_buffer
//       CHECK:   call @multiply.f32.8x2
func.func private @multiplies_panels_where_they_lie(%team: !llm.team, %x: memref<?x8xf32>, %w: memref<3x8x16xf32>, %y: memref<?x40xf32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [#lhs, #panels, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x8xf32>, memref<3x8x16xf32>) outs(%y : memref<?x40xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  return
}

// -----

#both = affine_map<(m, n) -> (m, n)>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>

// What the first of the ops reads is released after the last of them, since
// there they run.
// CHECK-LABEL: func.func private @releases_after_the_launch(
//       CHECK:   %[[START:.*]] = memref.alloc() : memref<64x48xf32>
//       CHECK:   llm.launch
//   CHECK-NOT:   memref.dealloc
//       CHECK:   llm.launch
//       CHECK:   memref.dealloc %[[START]]
//   CHECK-NOT:   memref.dealloc
func.func private @releases_after_the_launch(%team: !llm.team, %x: memref<64x32xf32>, %w: memref<32x48xf32>) -> memref<64x48xf32> attributes {llm.graph} {
  %one = arith.constant 1.0 : f32
  %start = memref.alloc() : memref<64x48xf32>
  linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%start : memref<64x48xf32>) {
  ^bb0(%o: f32):
    linalg.yield %one : f32
  }
  %y = memref.alloc() : memref<64x48xf32>
  linalg.generic {indexing_maps = [#both, #both], iterator_types = ["parallel", "parallel"]} ins(%start : memref<64x48xf32>) outs(%y : memref<64x48xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  memref.dealloc %start : memref<64x48xf32>
  linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<64x32xf32>, memref<32x48xf32>) outs(%y : memref<64x48xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  return %y : memref<64x48xf32>
}

// -----

// Each channel by itself: no product of matrices.
// CHECK-LABEL: func.func private @leaves_other_sums_alone(
//   CHECK-NOT: @multiply
func.func private @leaves_other_sums_alone(%team: !llm.team, %x: memref<4x10xf32>, %w: memref<4x3xf32>, %y: memref<4x8xf32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [affine_map<(c, i, u) -> (c, i + u)>, affine_map<(c, i, u) -> (c, i * 0 + u)>, affine_map<(c, i, u) -> (c, i)>],
    iterator_types = ["parallel", "parallel", "reduction"]}
    ins(%x, %w : memref<4x10xf32>, memref<4x3xf32>) outs(%y : memref<4x8xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %other = arith.subf %sum, %product : f32
    linalg.yield %other : f32
  }
  return
}

// -----

// A bias of rows is where the sums in registers begin; what else is done to
// elements is done in memory.
// CHECK-LABEL: func.func private @biases_begin_sums(
//       CHECK: func.func private @kernel.0({{.*}}, %[[BIAS:.*]]: memref<?xf32>
//       CHECK:   %[[STARTS:.*]] = memref.reinterpret_cast
//       CHECK:   %[[FIRST:.*]] = arith.cmpi eq
//       CHECK:   call @multiply.f32.8x2({{.*}}, %{{.*}}, %{{.*}}, %[[FIRST]], %false
//       CHECK:   math.exp
func.func private @biases_begin_sums(%team: !llm.team, %w: memref<64x32xf32>, %x: memref<32x48xf32>, %b: memref<64xf32>) -> memref<64x48xf32> attributes {llm.graph} {
  %y = memref.alloc() : memref<64x48xf32>
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%b : memref<64xf32>) outs(%y : memref<64x48xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%w, %x : memref<64x32xf32>, memref<32x48xf32>) outs(%y : memref<64x48xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} outs(%y : memref<64x48xf32>) {
  ^bb0(%a: f32):
    %e = math.exp %a : f32
    linalg.yield %e : f32
  }
  return %y : memref<64x48xf32>
}
