// RUN: llm-opt %s | llm-opt | FileCheck %s

llm.state_group @kv : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [0, 1]

// CHECK-LABEL: func.func @pages_of_each_layer(
//       CHECK:   ^bb0(%{{.*}}: tensor<?x8xf32>, %[[LAYER:.*]]: index):
//       CHECK:     llm.state @kv[%[[LAYER]]] : <heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
func.func @pages_of_each_layer(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = llm.repeat %x kinds [0, 0] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    %s = llm.state @kv[%layer] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
    llm.yield %h : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
