// RUN: llm-opt %s --llm-split-graph=max-ops=4 | FileCheck %s

// A long branch is cut within; what it has become fits the graph.
// CHECK-LABEL: func.func private @graph.part.0(
//       CHECK:   return %{{.*}} : index
// CHECK-LABEL: func.func @graph(
//       CHECK:   scf.if
//       CHECK:     %[[N:.*]] = func.call @graph.part.0(%{{[^,]*}}, %[[M:[^)]*]])
//       CHECK:     arith.addi
//       CHECK:     scf.yield
//       CHECK:   } else {
//       CHECK:     scf.yield %[[M]]
func.func @graph(%team: !llm.team, %m: index, %long: i1) -> index attributes {llm.graph} {
  %c2 = arith.constant 2 : index
  %n = scf.if %long -> index {
    %0 = arith.muli %m, %c2 : index
    %1 = arith.addi %0, %m : index
    %2 = arith.muli %1, %c2 : index
    %3 = arith.addi %2, %m : index
    %4 = arith.addi %3, %m : index
    scf.yield %4 : index
  } else {
    scf.yield %m : index
  }
  return %n : index
}

// Memory of a function's frame ends with it.
// CHECK-LABEL: func.func private @frame.part.{{[0-9]+}}(
//   CHECK-NOT:   memref.alloca
// CHECK-LABEL: func.func @frame(
//       CHECK:   memref.alloca
func.func @frame(%team: !llm.team, %m: index) -> index attributes {llm.graph} {
  %c0 = arith.constant 0 : index
  %a = memref.alloca() : memref<1xindex>
  %0 = arith.addi %m, %m : index
  %1 = arith.addi %0, %m : index
  memref.store %1, %a[%c0] : memref<1xindex>
  %2 = memref.load %a[%c0] : memref<1xindex>
  %3 = arith.addi %2, %m : index
  return %3 : index
}

// CHECK-LABEL: func.func @short(
//   CHECK-NOT:   call
//       CHECK:   return
func.func @short(%team: !llm.team, %m: index) -> index attributes {llm.graph} {
  %0 = arith.addi %m, %m : index
  %1 = arith.addi %0, %m : index
  return %1 : index
}
