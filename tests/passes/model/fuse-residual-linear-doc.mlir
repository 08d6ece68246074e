// RUN: llm-opt %s --llm-fuse-residual-linear | FileCheck %s

// CHECK-LABEL: func.func @folds_the_add_after_a_product(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>, %[[Y:[^:]*]]: tensor<?x16xf32>, %[[W:[^:]*]]: !llm.packed
//       CHECK:   %[[SUM:.*]] = llm.linear %[[Y]], %[[W]] residual %[[X]] : tensor<?x8xf32>
//   CHECK-NOT:   arith.addf
//       CHECK:   return %[[SUM]]
func.func @folds_the_add_after_a_product(
    %x: tensor<?x8xf32>, %y: tensor<?x16xf32>, %w: !llm.packed<8x16, #llm.dense<f32>>)
    -> tensor<?x8xf32> {
  %product = llm.linear %y, %w : tensor<?x16xf32>, !llm.packed<8x16, #llm.dense<f32>> -> tensor<?x8xf32>
  %sum = arith.addf %x, %product : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}
