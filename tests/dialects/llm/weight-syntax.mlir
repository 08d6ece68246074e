// RUN: llm-opt %s | llm-opt | FileCheck %s

llm.parameter @norm : tensor<8xf32> from "F32" ["norm.weight"]
llm.parameter @mlp.up : !llm.packed<1536x576, #llm.dense<bf16>> from "BF16" ["layers.0.up", "layers.1.up"]

// CHECK-LABEL: func.func @of_a_layer_and_of_the_model(
//       CHECK:   llm.weight @norm : tensor<8xf32>
//       CHECK:   ^bb0(%{{.*}}: tensor<?x8xf32>, %[[LAYER:.*]]: index):
//       CHECK:     llm.weight @mlp.up[%[[LAYER]]] : !llm.packed<1536x576, #llm.dense<bf16>>
func.func @of_a_layer_and_of_the_model(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %n = llm.weight @norm : tensor<8xf32>
  %y = llm.repeat %x kinds [0, 0] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    %w = llm.weight @mlp.up[%layer] : !llm.packed<1536x576, #llm.dense<bf16>>
    llm.yield %h : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
