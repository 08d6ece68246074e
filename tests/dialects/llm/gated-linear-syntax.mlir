// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @without_biases(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x576xf32>, %[[G:[^:]*]]: !llm.packed{{.*}}, %[[U:[^:]*]]: !llm.packed
//       CHECK:   llm.gated_linear "silu" %[[X]], %[[G]], %[[U]] : tensor<?x576xf32>,
//  CHECK-SAME:     <1536x576, #llm.dense<f32>>, <1536x576, #llm.dense<f32>> -> tensor<?x1536xf32>
func.func @without_biases(%x: tensor<?x576xf32>, %gate: !llm.packed<1536x576, #llm.dense<f32>>,
                          %up: !llm.packed<1536x576, #llm.dense<f32>>) -> tensor<?x1536xf32> {
  %y = llm.gated_linear "silu" %x, %gate, %up : tensor<?x576xf32>,
    !llm.packed<1536x576, #llm.dense<f32>>, !llm.packed<1536x576, #llm.dense<f32>> -> tensor<?x1536xf32>
  return %y : tensor<?x1536xf32>
}

// CHECK-LABEL: func.func @with_biases(
//  CHECK-SAME:     %[[B:[^:]*]]: tensor<16xf32>, %[[C:[^:]*]]: tensor<16xf32>)
//       CHECK:   llm.gated_linear "silu" {{.*}} bias %[[B]], %[[C]] : tensor<16xf32>, tensor<16xf32>
func.func @with_biases(%x: tensor<?x8xf32>, %w: !llm.packed<16x8, #llm.dense<f32>>,
                       %b: tensor<16xf32>, %c: tensor<16xf32>) -> tensor<?x16xf32> {
  %y = llm.gated_linear "silu" %x, %w, %w bias %b, %c : tensor<16xf32>, tensor<16xf32>
    : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
