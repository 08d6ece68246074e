// RUN: llm-opt %s --llm-merge-projections | FileCheck %s

// CHECK-LABEL: func.func @projections_of_different_inputs(
// CHECK-COUNT-2: llm.linear {{.*}} -> tensor<?x8xf32>
//   CHECK-NOT:   tensor.extract_slice
//       CHECK:   return
func.func @projections_of_different_inputs(
    %x: tensor<?x8xf32>, %y: tensor<?x8xf32>, %w: !llm.packed<8x8, #llm.dense<f32>>)
    -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %a = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %b = llm.linear %y, %w : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  return %a, %b : tensor<?x8xf32>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @a_layer_with_a_residual(
// CHECK-COUNT-2: llm.linear {{.*}} -> tensor<?x8xf32>
//   CHECK-NOT:   tensor.extract_slice
//       CHECK:   return
func.func @a_layer_with_a_residual(%x: tensor<?x8xf32>, %w: !llm.packed<8x8, #llm.dense<f32>>)
    -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %a = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %b = llm.linear %x, %w residual %x : tensor<?x8xf32>
    : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  return %a, %b : tensor<?x8xf32>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @a_bias_on_one_of_two(
// CHECK-COUNT-2: llm.linear {{.*}} -> tensor<?x8xf32>
//   CHECK-NOT:   tensor.extract_slice
//       CHECK:   return
func.func @a_bias_on_one_of_two(
    %x: tensor<?x8xf32>, %b: tensor<8xf32>, %w: !llm.packed<8x8, #llm.dense<f32>>)
    -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %p = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %q = llm.linear %x, %w bias %b : tensor<8xf32>
    : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  return %p, %q : tensor<?x8xf32>, tensor<?x8xf32>
}
