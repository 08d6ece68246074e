// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @one_weight(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x576xf32>, %[[W:.*]]: !llm.packed<1536x576, #llm.dense<f32>>)
//       CHECK:   llm.linear %[[X]], %[[W]]
//  CHECK-SAME:     : tensor<?x576xf32>, !llm.packed<1536x576, #llm.dense<f32>> -> tensor<?x1536xf32>
func.func @one_weight(%x: tensor<?x576xf32>, %w: !llm.packed<1536x576, #llm.dense<f32>>)
    -> tensor<?x1536xf32> {
  %y = llm.linear %x, %w : tensor<?x576xf32>, !llm.packed<1536x576, #llm.dense<f32>> -> tensor<?x1536xf32>
  return %y : tensor<?x1536xf32>
}

// CHECK-LABEL: func.func @weights_side_by_side_with_biases_and_residual(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>, %[[R:[^:]*]]: tensor<?x12xf32>
//  CHECK-SAME:     %[[W0:[^:]*]]: !llm.packed<8x8, #llm.dense<bf16>>, %[[W1:[^:]*]]: !llm.packed<4x8, #llm.dense<f16>>
//  CHECK-SAME:     %[[B0:[^:]*]]: tensor<8xf32>, %[[B1:[^:]*]]: tensor<4xf32>)
//       CHECK:   llm.linear %[[X]], %[[W0]], %[[W1]] bias %[[B0]], %[[B1]] : tensor<8xf32>, tensor<4xf32>
//  CHECK-SAME:     residual %[[R]] : tensor<?x12xf32>
func.func @weights_side_by_side_with_biases_and_residual(
    %x: tensor<?x8xf32>, %r: tensor<?x12xf32>,
    %w0: !llm.packed<8x8, #llm.dense<bf16>>, %w1: !llm.packed<4x8, #llm.dense<f16>>,
    %b0: tensor<8xf32>, %b1: tensor<4xf32>) -> tensor<?x12xf32> {
  %y = llm.linear %x, %w0, %w1 bias %b0, %b1 : tensor<8xf32>, tensor<4xf32> residual %r : tensor<?x12xf32>
    : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<bf16>>, !llm.packed<4x8, #llm.dense<f16>> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func.func @rows_of_integers(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x64xi8>, %[[S:[^:]*]]: tensor<?x2xf32>, %[[U:[^:]*]]: tensor<?x4xi32>
//       CHECK:   llm.linear %[[X]], %{{.*}} scales %[[S]], %[[U]] : tensor<?x2xf32>, tensor<?x4xi32> : tensor<?x64xi8>
func.func @rows_of_integers(%x: tensor<?x64xi8>, %s: tensor<?x2xf32>, %u: tensor<?x4xi32>,
    %w: !llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>) -> tensor<?x16xf32> {
  %y = llm.linear %x, %w scales %s, %u : tensor<?x2xf32>, tensor<?x4xi32>
    : tensor<?x64xi8>, !llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
