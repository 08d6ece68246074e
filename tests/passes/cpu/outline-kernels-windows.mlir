// RUN: llm-opt %s --llm-outline-kernels --split-input-file | FileCheck %s

// The largest of windows that step by two: 16 windows side by side, from every
// second of 32 elements.
// CHECK-LABEL: func.func private @steps_by_two(
//       CHECK: func.func private @kernel.0(
//       CHECK:   %[[TOP:.*]] = vector.maskedload
//       CHECK:   scf.for {{.*}} -> (vector<16xf32>)
//       CHECK:     vector.maskedload
//       CHECK:     vector.maskedload
//       CHECK:     vector.shuffle {{.*}} [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]
//       CHECK:     arith.maximumf {{.*}} : vector<16xf32>
//       CHECK:   vector.maskedstore
func.func private @steps_by_two(%team: !llm.team, %x: memref<4x41xf32>, %window: memref<3xf32>, %y: memref<4x20xf32>) attributes {llm.graph} {
  linalg.generic {
    indexing_maps = [affine_map<(c, i, u) -> (c, i * 2 + u)>, affine_map<(c, i, u) -> (u)>, affine_map<(c, i, u) -> (c, i)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%x, %window : memref<4x41xf32>, memref<3xf32>) outs(%y : memref<4x20xf32>) {
  ^bb0(%a: f32, %w: f32, %top: f32):
    %next = arith.maximumf %top, %a : f32
    linalg.yield %next : f32
  }
  return
}

// -----

// Truth values have a byte each, which vectors of them do not.
// CHECK-LABEL: func.func private @leaves_truth_values_alone(
//   CHECK-NOT: vector
func.func private @leaves_truth_values_alone(%team: !llm.team, %x: memref<8x4xi1>, %y: memref<4xi1>) attributes {llm.graph} {
  linalg.generic {
    indexing_maps = [affine_map<(i, k) -> (k, i)>, affine_map<(i, k) -> (i)>],
    iterator_types = ["parallel", "reduction"]
  } ins(%x : memref<8x4xi1>) outs(%y : memref<4xi1>) {
  ^bb0(%a: i1, %all: i1):
    %next = arith.andi %all, %a : i1
    linalg.yield %next : i1
  }
  return
}

// -----

// Every third element: no two vectors hold 16 of them.
// CHECK-LABEL: func.func private @leaves_wide_steps_alone(
//   CHECK-NOT: vector
func.func private @leaves_wide_steps_alone(%team: !llm.team, %x: memref<4x64xf32>, %window: memref<3xf32>, %y: memref<4x20xf32>) attributes {llm.graph} {
  linalg.generic {
    indexing_maps = [affine_map<(c, i, u) -> (c, i * 3 + u)>, affine_map<(c, i, u) -> (u)>, affine_map<(c, i, u) -> (c, i)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%x, %window : memref<4x64xf32>, memref<3xf32>) outs(%y : memref<4x20xf32>) {
  ^bb0(%a: f32, %w: f32, %top: f32):
    %next = arith.maximumf %top, %a : f32
    linalg.yield %next : f32
  }
  return
}
