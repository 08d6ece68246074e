// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @yields_the_hidden_state(
//       CHECK:   llm.yield %{{.*}} : tensor<?x576xf32>
func.func @yields_the_hidden_state(%x: tensor<?x576xf32>) -> tensor<?x576xf32> {
  %y = llm.repeat %x kinds [0] : tensor<?x576xf32> {
  ^bb0(%h: tensor<?x576xf32>, %layer: index):
    llm.yield %h : tensor<?x576xf32>
  }
  return %y : tensor<?x576xf32>
}
