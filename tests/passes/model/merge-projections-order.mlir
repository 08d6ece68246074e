// RUN: llm-opt %s --llm-merge-projections | FileCheck %s

llm.parameter @a : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["a"]
llm.parameter @b : !llm.packed<8x8, #llm.dense<f32>> from "F32" ["b"]

// What reads an early product may stand before the last layer.
// CHECK-LABEL: func.func @a_product_read_before_the_last_layer(
//       CHECK:   %[[A:.*]] = llm.weight @a
//       CHECK:   %[[B:.*]] = llm.weight @b
//       CHECK:   %[[BOTH:.*]] = llm.linear %{{.*}}, %[[A]], %[[B]]
//       CHECK:   %[[X:.*]] = tensor.extract_slice %[[BOTH]][0, 0]
//       CHECK:   %[[Y:.*]] = tensor.extract_slice %[[BOTH]][0, 8]
//       CHECK:   %[[S:.*]] = llm.silu %[[X]]
//       CHECK:   return %[[S]], %[[Y]]
func.func @a_product_read_before_the_last_layer(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %v = llm.weight @a : !llm.packed<8x8, #llm.dense<f32>>
  %a = llm.linear %x, %v : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %s = llm.silu %a : tensor<?x8xf32>
  %w = llm.weight @b : !llm.packed<8x8, #llm.dense<f32>>
  %b = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  return %s, %b : tensor<?x8xf32>, tensor<?x8xf32>
}
