// RUN: llm-opt %s --llm-outline-kernels --split-input-file | FileCheck %s

// CHECK-LABEL: func.func private @multiplies_rows_in_registers(
// CHECK:     func.func private @kernel.0({{.*}}, %[[X:.*]]: memref<?x?xf32>, %[[Y:.*]]: memref<?xf32>)
// CHECK:       scf.for %{{.*}} = %{{.*}} to
// CHECK:         scf.for %[[ROW:.*]] = %{{.*}} to
// CHECK:         %[[START:.*]] = memref.load %[[Y]][%[[ROW]]]
// CHECK:         %[[SUM:.*]] = scf.for %[[I:.*]] = {{.*}} iter_args(%[[SO_FAR:.*]] = %[[START]])
// CHECK:           %[[ELEMENT:.*]] = memref.load %[[X]][%[[ROW]], %[[I]]]
// CHECK:           %[[NEXT:.*]] = arith.mulf %[[SO_FAR]], %[[ELEMENT]]
// CHECK:           scf.yield %[[NEXT]]
// CHECK:         memref.store %[[SUM]], %[[Y]][%[[ROW]]]
func.func private @multiplies_rows_in_registers(%team: !llm.team, %x: memref<?x?xf32>, %y: memref<?xf32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.mulf %sum, %a : f32
    linalg.yield %next : f32
  }
  return
}

// -----

// Rows of w and of the result run along n: k goes outside of it.
// CHECK-LABEL: func.func private @multiplies_along_rows(
// CHECK:     func.func private @kernel.0({{.*}}, %[[X:.*]]: memref<?x?xi1>, %[[W:.*]]: memref<?x?xi1>, %[[Y:.*]]: memref<?x?xi1>)
// CHECK:       scf.for %[[K:.*]] = %c0
// CHECK:         scf.for %[[N:.*]] =
// CHECK:           memref.load %[[Y]][%[[M:.*]], %[[N]]]
// CHECK:           memref.load %[[X]][%[[M]], %[[K]]]
// CHECK:           memref.load %[[W]][%[[K]], %[[N]]]
// CHECK:           memref.store %{{.*}}, %[[Y]][%[[M]], %[[N]]]
func.func private @multiplies_along_rows(%team: !llm.team, %x: memref<?x?xi1>, %w: memref<?x?xi1>, %y: memref<?x?xi1>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<?x?xi1>, memref<?x?xi1>) outs(%y : memref<?x?xi1>) {
  ^bb0(%a: i1, %b: i1, %sum: i1):
    %ab = arith.andi %a, %b : i1
    %next = arith.ori %sum, %ab : i1
    linalg.yield %next : i1
  }
  return
}

// -----

// CHECK-LABEL: func.func private @sums_all_as_one_tile(
// CHECK:         %[[ONE:.*]] = arith.constant 1 : index
// CHECK:         llm.launch @kernel.0 tiles %[[ONE]] work
func.func private @sums_all_as_one_tile(%team: !llm.team, %x: memref<?xf32>, %y: memref<f32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> ()>], iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%y : memref<f32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  }
  return
}

// -----

// CHECK-LABEL: func.func private @copies_by_a_kernel(
// CHECK-NOT:     memref.copy
// CHECK:         llm.launch @kernel.0
func.func private @copies_by_a_kernel(%team: !llm.team, %x: memref<?xf32>, %y: memref<?xf32>) attributes {llm.graph} {
  memref.copy %x, %y : memref<?xf32> to memref<?xf32>
  return
}

// -----

// A number that is known is written into the kernel; one that is not, and what
// the body uses from outside, are operands.
// CHECK-LABEL: func.func private @gives_kernels_what_they_use(
//  CHECK-SAME:     %[[Y:[^:]*]]: memref<8xf32>, %[[FACTOR:[^:]*]]: f32)
//       CHECK:   llm.launch @kernel.0 tiles %{{.*}} work %{{.*}}(%{{.*}}, %[[FACTOR]]) : memref<?xf32>, f32
//       CHECK: func.func private @kernel.0(
//       CHECK:   %[[TWO:.*]] = arith.constant 2.000000e+00 : f32
//       CHECK:   arith.mulf %{{.*}}, %[[TWO]]
func.func private @gives_kernels_what_they_use(%team: !llm.team, %y: memref<8xf32>, %factor: f32) attributes {llm.graph} {
  %two = arith.constant 2.0 : f32
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%y : memref<8xf32>) {
  ^bb0(%out: f32):
    %double = arith.mulf %factor, %two : f32
    linalg.yield %double : f32
  }
  return
}
