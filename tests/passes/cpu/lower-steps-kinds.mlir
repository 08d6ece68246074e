// RUN: llm-opt %s --llm-tile-rows --llm-lower-steps=max-rows=16 | FileCheck %s

// Layers of two kinds: a table says which, and each kind's code is there once.
// CHECK: memref.global "private" constant @[[KINDS:.*]] : memref<3xi64> = dense<[0, 1, 0]>
// CHECK: llm.barrier
// CHECK: scf.for %[[LAYER:.*]] =
// CHECK:   %[[TABLE:.*]] = memref.get_global @[[KINDS]]
// CHECK:   %[[ENTRY:.*]] = memref.load %[[TABLE]][%[[LAYER]]]
// CHECK:   %[[KIND:.*]] = arith.index_cast %[[ENTRY]]
// CHECK:   arith.cmpi eq, %[[KIND]]
// CHECK:   scf.if
// CHECK:     call @[[FIRST:[a-z._0-9]*]](%{{.*}}, %[[LAYER]])
// CHECK:   arith.cmpi eq, %[[KIND]]
// CHECK:   scf.if
// CHECK:     call @[[SECOND:[a-z._0-9]*]](%{{.*}}, %[[LAYER]])
// CHECK: func.func private @[[FIRST]](
// CHECK:   math.exp
// CHECK: func.func private @[[SECOND]](
// CHECK-NOT: math.exp
// CHECK:   arith.negf
llm.step @one rows [1, 1] arguments ["positions"] outputs ["y"] {
^bb0(%p: tensor<?xi32>):
  %a = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x16xf32>
  %b = llm.repeat %a kinds [0, 1, 0] : tensor<?x16xf32> {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %s = llm.silu %h : tensor<?x16xf32>
    llm.yield %s : tensor<?x16xf32>
  }, {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %s = arith.negf %h : tensor<?x16xf32>
    llm.yield %s : tensor<?x16xf32>
  }
  %c = arith.negf %b : tensor<?x16xf32>
  llm.yield %c : tensor<?x16xf32>
}
