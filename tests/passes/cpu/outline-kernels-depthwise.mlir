// RUN: llm-opt %s --llm-outline-kernels --split-input-file | FileCheck %s

#pad = affine_map<(b, c, i, j) -> (b, c, i, j)>
#x = affine_map<(b, c, i, j, u, v) -> (b, c, i + u, j + v)>
#w = affine_map<(b, c, i, j, u, v) -> (c, u, v)>
#y = affine_map<(b, c, i, j, u, v) -> (b, c, i, j)>

// Windows are read where the image lies. A copy of it with margins is not made:
// a row that the image lacks adds nothing, and of others the lanes inside of it
// are read.
// CHECK-NOT: llm.scratch_bytes
// CHECK-LABEL: func.func private @reads_through_margins(
//  CHECK-SAME:   %{{.*}}, %[[X:.*]]: memref<1x4x14x14xf32>
//   CHECK-NOT:   linalg.generic
//       CHECK:   %[[ANY:.*]] = memref.cast %[[X]]
//       CHECK:   llm.launch @kernel.0 {{.*}}%[[ANY]]
//   CHECK-NOT:   llm.launch
//       CHECK: func.func private @kernel.0(
//   CHECK-NOT:   llm.context_buffer
//       CHECK:   vector.broadcast
//       CHECK:   %[[INSIDE:.*]] = arith.andi
//       CHECK:   %[[ALL:.*]] = arith.andi %{{.*}}, %[[INSIDE]]
//       CHECK:   scf.if %[[ALL]] {
//       CHECK:     arith.cmpi ult
//       CHECK:     scf.if %{{.*}} -> (vector<16xf32>)
//       CHECK:       vector.load
//       CHECK:       vector.fma
//       CHECK:     arith.select
//       CHECK:     vector.store
//       CHECK:   } else {
//       CHECK:     vector.create_mask
//       CHECK:       vector.maskedload
//       CHECK:       vector.fma
//       CHECK:     arith.select
//       CHECK:     vector.maskedstore
func.func private @reads_through_margins(%team: !llm.team, %x: memref<1x4x14x14xf32>, %w: memref<4x3x3xf32>, %b: memref<4xf32>) -> memref<1x4x14x14xf32> attributes {llm.graph} {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c14 = arith.constant 14 : index
  %y = memref.alloc() : memref<1x4x14x14xf32>
  linalg.generic {indexing_maps = [affine_map<(b, c, i, j) -> (c)>, #pad], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%b : memref<4xf32>) outs(%y : memref<1x4x14x14xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  %p = memref.alloc() : memref<1x4x16x16xf32>
  linalg.generic {indexing_maps = [#pad], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%p : memref<1x4x16x16xf32>) {
  ^bb0(%o: f32):
    %c = linalg.index 1 : index
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %k = arith.subi %i, %c1 : index
    %in = arith.cmpi ult, %k, %c14 : index
    %l = arith.subi %j, %c1 : index
    %within = arith.cmpi ult, %l, %c14 : index
    %both = arith.andi %in, %within : i1
    %value = scf.if %both -> (f32) {
      %there = memref.load %x[%c0, %c, %k, %l] : memref<1x4x14x14xf32>
      scf.yield %there : f32
    } else {
      scf.yield %zero : f32
    }
    linalg.yield %value : f32
  }
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%p, %w : memref<1x4x16x16xf32>, memref<4x3x3xf32>) outs(%y : memref<1x4x14x14xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  memref.dealloc %p : memref<1x4x16x16xf32>
  linalg.generic {indexing_maps = [#pad], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%y : memref<1x4x14x14xf32>) {
  ^bb0(%a: f32):
    %positive = arith.maximumf %a, %zero : f32
    linalg.yield %positive : f32
  }
  return %y : memref<1x4x14x14xf32>
}

// -----

#w = affine_map<(b, c, i, u) -> (c, u)>
#y = affine_map<(b, c, i, u) -> (b, c, i)>

// Every second element of a row, of a signal whose length only the run knows.
// CHECK-LABEL: func.func private @takes_every_second(
//       CHECK: func.func private @kernel.0(
//   CHECK-NOT:   llm.context_buffer
//       CHECK:   %{{.*}} = vector.load
//       CHECK:   %[[LOW:.*]] = vector.load
//       CHECK:   %[[HIGH:.*]] = vector.load
//       CHECK:   vector.shuffle %[[LOW]], %[[HIGH]] [0, 2, 4
func.func private @takes_every_second(%team: !llm.team, %x: memref<?x4x?xf32>, %w: memref<4x3xf32>, %y: memref<?x4x?xf32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [affine_map<(b, c, i, u) -> (b, c, 2 * i + u)>, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x4x?xf32>, memref<4x3xf32>) outs(%y : memref<?x4x?xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  return
}

// -----

#w = affine_map<(b, c, i, u) -> (c, u)>
#y = affine_map<(b, c, i, u) -> (b, c, i)>

// Every third element, and windows whose size is not known, come from panels.
// CHECK: llm.scratch_bytes
// CHECK-LABEL: func.func private @brings_others_into_panels(
//       CHECK: func.func private @kernel.0(
//       CHECK:   llm.context_buffer
//       CHECK: func.func private @kernel.1(
//       CHECK:   llm.context_buffer
func.func private @brings_others_into_panels(%team: !llm.team, %x: memref<2x4x40xf32>, %w: memref<4x3xf32>, %v: memref<4x?xf32>, %y: memref<2x4x12xf32>, %z: memref<2x4x12xf32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [affine_map<(b, c, i, u) -> (b, c, 3 * i + u)>, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<2x4x40xf32>, memref<4x3xf32>) outs(%y : memref<2x4x12xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [affine_map<(b, c, i, u) -> (b, c, i + u)>, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %v : memref<2x4x40xf32>, memref<4x?xf32>) outs(%z : memref<2x4x12xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  return
}

// -----

#same = affine_map<(c, i) -> (c, i)>
#x = affine_map<(c, i, u) -> (c, i + u)>
#w = affine_map<(c, i, u) -> (c, u)>
#y = affine_map<(c, i, u) -> (c, i)>

// A copy whose margins are not zero stays, and one that is read elsewhere, and
// one whose source is written before the windows are read.
// CHECK-LABEL: func.func private @keeps_copies(
// CHECK-COUNT-7: llm.launch
//         CHECK: llm.launch
//     CHECK-NOT: llm.launch
func.func private @keeps_copies(%team: !llm.team, %x: memref<4x40xf32>, %w: memref<4x3xf32>, %y: memref<4x40xf32>) attributes {llm.graph} {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %c1 = arith.constant 1 : index
  %c40 = arith.constant 40 : index
  %p = memref.alloc() : memref<4x42xf32>
  linalg.generic {indexing_maps = [#same], iterator_types = ["parallel", "parallel"]} outs(%p : memref<4x42xf32>) {
  ^bb0(%o: f32):
    %c = linalg.index 0 : index
    %i = linalg.index 1 : index
    %k = arith.subi %i, %c1 : index
    %in = arith.cmpi ult, %k, %c40 : index
    %value = scf.if %in -> (f32) {
      %there = memref.load %x[%c, %k] : memref<4x40xf32>
      scf.yield %there : f32
    } else {
      scf.yield %one : f32
    }
    linalg.yield %value : f32
  }
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]} ins(%p, %w : memref<4x42xf32>, memref<4x3xf32>) outs(%y : memref<4x40xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  memref.dealloc %p : memref<4x42xf32>
  %q = memref.alloc() : memref<4x42xf32>
  linalg.generic {indexing_maps = [#same], iterator_types = ["parallel", "parallel"]} outs(%q : memref<4x42xf32>) {
  ^bb0(%o: f32):
    %c = linalg.index 0 : index
    %i = linalg.index 1 : index
    %k = arith.subi %i, %c1 : index
    %in = arith.cmpi ult, %k, %c40 : index
    %value = scf.if %in -> (f32) {
      %there = memref.load %x[%c, %k] : memref<4x40xf32>
      scf.yield %there : f32
    } else {
      scf.yield %zero : f32
    }
    linalg.yield %value : f32
  }
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]} ins(%q, %w : memref<4x42xf32>, memref<4x3xf32>) outs(%y : memref<4x40xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]} ins(%q, %w : memref<4x42xf32>, memref<4x3xf32>) outs(%y : memref<4x40xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  memref.dealloc %q : memref<4x42xf32>
  %r = memref.alloc() : memref<4x42xf32>
  linalg.generic {indexing_maps = [#same], iterator_types = ["parallel", "parallel"]} outs(%r : memref<4x42xf32>) {
  ^bb0(%o: f32):
    %c = linalg.index 0 : index
    %i = linalg.index 1 : index
    %k = arith.subi %i, %c1 : index
    %in = arith.cmpi ult, %k, %c40 : index
    %value = scf.if %in -> (f32) {
      %there = memref.load %y[%c, %k] : memref<4x40xf32>
      scf.yield %there : f32
    } else {
      scf.yield %zero : f32
    }
    linalg.yield %value : f32
  }
  linalg.generic {indexing_maps = [#same], iterator_types = ["parallel", "parallel"]} outs(%y : memref<4x40xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 1 : index
    %k = arith.index_cast %i : index to i32
    %value = arith.sitofp %k : i32 to f32
    linalg.yield %value : f32
  }
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]} ins(%r, %w : memref<4x42xf32>, memref<4x3xf32>) outs(%y : memref<4x40xf32>) {
  ^bb0(%a: f32, %k: f32, %sum: f32):
    %product = arith.mulf %a, %k : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  memref.dealloc %r : memref<4x42xf32>
  return
}
