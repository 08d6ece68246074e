// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @layers_of_one_kind(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x576xf32>)
//       CHECK:   llm.repeat %[[X]] kinds [0, 0, 0] : tensor<?x576xf32> {
//       CHECK:   ^bb0(%[[H:.*]]: tensor<?x576xf32>, %{{.*}}: index):
//       CHECK:     llm.yield %[[H]] : tensor<?x576xf32>
func.func @layers_of_one_kind(%x: tensor<?x576xf32>) -> tensor<?x576xf32> {
  %y = llm.repeat %x kinds [0, 0, 0] : tensor<?x576xf32> {
  ^bb0(%h: tensor<?x576xf32>, %layer: index):
    llm.yield %h : tensor<?x576xf32>
  }
  return %y : tensor<?x576xf32>
}

// CHECK-LABEL: func.func @alternating_kinds(
//       CHECK:   llm.repeat %{{.*}} kinds [0, 1, 0, 1]
//       CHECK:     llm.yield
//       CHECK:   }, {
//       CHECK:     llm.silu
func.func @alternating_kinds(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = llm.repeat %x kinds [0, 1, 0, 1] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    llm.yield %h : tensor<?x8xf32>
  }, {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    %s = llm.silu %h : tensor<?x8xf32>
    llm.yield %s : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
