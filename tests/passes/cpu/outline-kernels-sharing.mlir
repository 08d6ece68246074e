// RUN: llm-opt %s --llm-outline-kernels | FileCheck %s

#row = affine_map<(i) -> (i)>

// CHECK-LABEL: func.func private @shares_a_kernel_between_equal_loops(
//       CHECK:   llm.launch @kernel.0 {{.*}}(%[[X:.*]], %[[Y:.*]]) :
//       CHECK:   llm.launch @kernel.0 {{.*}}(%[[Y]], %[[Z:.*]]) :
//       CHECK:   llm.launch @kernel.1 {{.*}}(%[[Z]], %[[X]]) :
func.func private @shares_a_kernel_between_equal_loops(%team: !llm.team, %x: memref<?xf32>, %y: memref<?xf32>, %z: memref<?xf32>) attributes {llm.graph} {
  linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%a: f32, %out: f32):
    %negative = arith.negf %a : f32
    linalg.yield %negative : f32
  }
  linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel"]} ins(%y : memref<?xf32>) outs(%z : memref<?xf32>) {
  ^bb0(%a: f32, %out: f32):
    %negative = arith.negf %a : f32
    linalg.yield %negative : f32
  }
  linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel"]} ins(%z : memref<?xf32>) outs(%x : memref<?xf32>) {
  ^bb0(%a: f32, %out: f32):
    %double = arith.addf %a, %a : f32
    linalg.yield %double : f32
  }
  return
}

// CHECK-LABEL: func.func @leaves_functions_alone_that_are_no_graph(
//       CHECK:   linalg.generic
func.func @leaves_functions_alone_that_are_no_graph(%x: memref<?xf32>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  }
  return
}

// CHECK-LABEL: func.func private @leaves_other_ops_alone(
//       CHECK:   scf.for
//  CHECK-NEXT:     memref.store
func.func private @leaves_other_ops_alone(%team: !llm.team, %y: memref<8xindex>) attributes {llm.graph} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    memref.store %i, %y[%i] : memref<8xindex>
  }
  return
}
