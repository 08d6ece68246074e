// RUN: llm-opt %s --llm-fuse-residual-linear | FileCheck %s

// CHECK-LABEL: func.func @product_on_the_left(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>
//       CHECK:   llm.linear {{.*}} residual %[[X]] : tensor<?x8xf32>
//   CHECK-NOT:   arith.addf
func.func @product_on_the_left(
    %x: tensor<?x8xf32>, %y: tensor<?x16xf32>, %w: !llm.packed<8x16, #llm.dense<f32>>)
    -> tensor<?x8xf32> {
  %product = llm.linear %y, %w : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %sum = arith.addf %product, %x : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @keeps_the_bias(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>, %[[B:[^:]*]]: tensor<8xf32>
//       CHECK:   llm.linear {{.*}} bias %[[B]] : tensor<8xf32> residual %[[X]] : tensor<?x8xf32>
//   CHECK-NOT:   arith.addf
func.func @keeps_the_bias(
    %x: tensor<?x8xf32>, %b: tensor<8xf32>, %y: tensor<?x16xf32>, %w: !llm.packed<8x16, #llm.dense<f32>>)
    -> tensor<?x8xf32> {
  %product = llm.linear %y, %w bias %b : tensor<8xf32>
    : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %sum = arith.addf %x, %product : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// One of two products takes the other as its residual.
// CHECK-LABEL: func.func @a_sum_of_two_products(
//       CHECK:   %[[FIRST:.*]] = llm.linear
//   CHECK-NOT:   residual
//       CHECK:   llm.linear {{.*}} residual %[[FIRST]]
//   CHECK-NOT:   arith.addf
func.func @a_sum_of_two_products(%y: tensor<?x16xf32>, %w: !llm.packed<8x16, #llm.dense<f32>>)
    -> tensor<?x8xf32> {
  %a = llm.linear %y, %w : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %b = llm.linear %y, %w : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %sum = arith.addf %a, %b : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}
