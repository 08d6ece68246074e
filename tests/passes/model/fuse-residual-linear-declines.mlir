// RUN: llm-opt %s --llm-fuse-residual-linear | FileCheck %s

// CHECK-LABEL: func.func @a_product_read_twice(
//       CHECK:   %[[PRODUCT:.*]] = llm.linear
//   CHECK-NOT:   residual
//       CHECK:   %[[SUM:.*]] = arith.addf %{{.*}}, %[[PRODUCT]]
//       CHECK:   return %[[SUM]], %[[PRODUCT]]
func.func @a_product_read_twice(
    %x: tensor<?x8xf32>, %y: tensor<?x16xf32>, %w: !llm.packed<8x16, #llm.dense<f32>>)
    -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %product = llm.linear %y, %w : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %sum = arith.addf %x, %product : tensor<?x8xf32>
  return %sum, %product : tensor<?x8xf32>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @a_product_with_a_residual(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>
//       CHECK:   %[[FIRST:.*]] = llm.linear {{.*}} residual %[[X]]
//       CHECK:   arith.addf %[[X]], %[[FIRST]]
func.func @a_product_with_a_residual(
    %x: tensor<?x8xf32>, %y: tensor<?x16xf32>, %w: !llm.packed<8x16, #llm.dense<f32>>)
    -> tensor<?x8xf32> {
  %product = llm.linear %y, %w residual %x : tensor<?x8xf32>
    : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %sum = arith.addf %x, %product : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @a_sum_of_no_product(
//       CHECK:   arith.addf
//   CHECK-NOT:   llm.linear
func.func @a_sum_of_no_product(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %sum = arith.addf %x, %x : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}
