// RUN: llm-opt %s --llm-outline-kernels --split-input-file | FileCheck %s

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

// -----

// Two loops that walk through memory as one do are one; what fills the buffer
// of the sums is a number that they start from, not a kernel.
// CHECK-LABEL: func.func private @one_run(
// CHECK:       llm.launch @kernel.0
// CHECK-NOT:   llm.launch
// CHECK: func.func private @kernel.0(
// CHECK:   %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:   %[[H:.*]] = memref.dim {{.*}}, %c1 :
// CHECK:   %[[W:.*]] = memref.dim {{.*}}, %c2 :
// CHECK:   %[[SIZE:.*]] = arith.muli %[[H]], %[[W]]
// CHECK:   arith.remui %[[SIZE]],
// CHECK:   scf.for {{.*}} -> (vector<16xf32>)
// CHECK-NOT: scf.for
// CHECK:   vector.reduction <add>
// CHECK:   arith.addf %[[ZERO]],
func.func private @one_run(%team: !llm.team, %x: memref<4x13x13xf32>, %y: memref<4xf32>) attributes {llm.graph} {
  %zero = arith.constant 0.0 : f32
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%y : memref<4xf32>) {
  ^bb0(%before: f32):
    linalg.yield %zero : f32
  }
  linalg.generic {indexing_maps = [affine_map<(c, h, w) -> (c, h, w)>, affine_map<(c, h, w) -> (c)>], iterator_types = ["parallel", "reduction", "reduction"]} ins(%x : memref<4x13x13xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  }
  return
}

// -----

// Rows with something between them are no run, and a buffer that is read
// between its fill and the sums is filled first.
// CHECK-LABEL: func.func private @apart(
// CHECK:       llm.launch @kernel.0
// CHECK:       llm.launch @kernel.1
// CHECK:       llm.launch @kernel.2
// CHECK: func.func private @kernel.2(
// CHECK-NOT: vector
func.func private @apart(%team: !llm.team, %x: memref<4x13x13xf32, strided<[208, 16, 1]>>, %y: memref<4xf32>, %z: memref<4xf32>) attributes {llm.graph} {
  %zero = arith.constant 0.0 : f32
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%y : memref<4xf32>) {
  ^bb0(%before: f32):
    linalg.yield %zero : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%y : memref<4xf32>) outs(%z : memref<4xf32>) {
  ^bb0(%a: f32, %before: f32):
    linalg.yield %a : f32
  }
  linalg.generic {indexing_maps = [affine_map<(c, h, w) -> (c, h, w)>, affine_map<(c, h, w) -> (c)>], iterator_types = ["parallel", "reduction", "reduction"]} ins(%x : memref<4x13x13xf32, strided<[208, 16, 1]>>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  }
  return
}
