// RUN: llm-opt %s --llm-merge-projections | FileCheck %s

// CHECK-LABEL: func.func @biases_on_all(
//  CHECK-SAME:     %[[B:[^:]*]]: tensor<8xf32>, %[[C:[^:]*]]: tensor<4xf32>
//       CHECK:   llm.linear {{.*}} bias %[[B]], %[[C]] : tensor<8xf32>, tensor<4xf32> : {{.*}} -> tensor<?x12xf32>
//   CHECK-NOT:   llm.linear
func.func @biases_on_all(
    %x: tensor<?x8xf32>, %b: tensor<8xf32>, %c: tensor<4xf32>,
    %wq: !llm.packed<8x8, #llm.dense<f32>>, %wk: !llm.packed<4x8, #llm.dense<f32>>)
    -> (tensor<?x8xf32>, tensor<?x4xf32>) {
  %q = llm.linear %x, %wq bias %b : tensor<8xf32>
    : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %k = llm.linear %x, %wk bias %c : tensor<4xf32>
    : tensor<?x8xf32>, !llm.packed<4x8, #llm.dense<f32>> -> tensor<?x4xf32>
  return %q, %k : tensor<?x8xf32>, tensor<?x4xf32>
}

// Those with a bias merge, and those without.
// CHECK-LABEL: func.func @biases_on_some(
//   CHECK-DAG:   llm.linear %{{[^,]*}}, %{{[^,]*}}, %{{[^,]*}} bias %{{.*}} -> tensor<?x8xf32>
//   CHECK-DAG:   llm.linear %{{[^,]*}}, %{{[^,]*}}, %{{[^,]*}} : {{.*}} -> tensor<?x16xf32>
//   CHECK-NOT:   llm.linear
func.func @biases_on_some(
    %x: tensor<?x8xf32>, %b: tensor<4xf32>,
    %w8: !llm.packed<8x8, #llm.dense<f32>>, %w4: !llm.packed<4x8, #llm.dense<f32>>)
    -> (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x8xf32>, tensor<?x4xf32>) {
  %p = llm.linear %x, %w8 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %q = llm.linear %x, %w4 bias %b : tensor<4xf32>
    : tensor<?x8xf32>, !llm.packed<4x8, #llm.dense<f32>> -> tensor<?x4xf32>
  %r = llm.linear %x, %w8 : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %s = llm.linear %x, %w4 bias %b : tensor<4xf32>
    : tensor<?x8xf32>, !llm.packed<4x8, #llm.dense<f32>> -> tensor<?x4xf32>
  return %p, %q, %r, %s : tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x8xf32>, tensor<?x4xf32>
}
