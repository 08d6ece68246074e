// RUN: llm-opt %s --llm-separate-inits | FileCheck %s

// CHECK-LABEL: func.func @graph(
// CHECK-SAME:      %[[X:.*]]: tensor<?x4xf32>, %[[Y:.*]]: tensor<4x4xf32>)
// CHECK:       %[[LAST:.*]] = tensor.empty(%[[ROWS:.*]])
// CHECK:       %[[EMPTY:.*]] = tensor.empty(%[[ROWS]])
// CHECK:       %[[SECOND:.*]] = linalg.fill {{.*}} outs(%[[EMPTY]] :
// CHECK:       %[[OTHER:.*]] = tensor.empty(%[[ROWS]])
// CHECK:       %[[FIRST:.*]] = linalg.fill {{.*}} outs(%[[OTHER]] :
// CHECK:       %[[ONCE:.*]] = linalg.matmul {{.*}} outs(%[[FIRST]] :
// CHECK:       %[[TWICE:.*]] = linalg.matmul {{.*}} outs(%[[SECOND]] :
// CHECK:       linalg.add ins(%[[ONCE]], %[[TWICE]] : {{.*}} outs(%[[LAST]] :
func.func @graph(%x: tensor<?x4xf32>, %y: tensor<4x4xf32>) -> tensor<?x4xf32> attributes {llm.graph} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x4xf32>
  %empty = tensor.empty(%rows) : tensor<?x4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  %once = linalg.matmul ins(%x, %y : tensor<?x4xf32>, tensor<4x4xf32>) outs(%zeros : tensor<?x4xf32>) -> tensor<?x4xf32>
  %twice = linalg.matmul ins(%once, %y : tensor<?x4xf32>, tensor<4x4xf32>) outs(%zeros : tensor<?x4xf32>) -> tensor<?x4xf32>
  %sum = linalg.add ins(%once, %twice : tensor<?x4xf32>, tensor<?x4xf32>) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %sum : tensor<?x4xf32>
}
