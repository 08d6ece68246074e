// RUN: llm-opt %s --llm-separate-reads=readers=2 | FileCheck %s

llm.parameter @W : tensor<4xf32> from "F32" ["W"]

// CHECK-LABEL: func.func @graph(
// CHECK-COUNT-2: llm.weight @W
// CHECK-NOT:     llm.weight
// CHECK-COUNT-2: arith.constant dense<{{.*}}> : tensor<4xf32>
// CHECK-NOT:     arith.constant dense
// CHECK:         return
func.func @graph(%x: tensor<4xf32>) -> tensor<4xf32> attributes {llm.graph} {
  %w = llm.weight @W : tensor<4xf32>
  %c = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = arith.mulf %x, %w : tensor<4xf32>
  %1 = arith.addf %0, %c : tensor<4xf32>
  %2 = arith.mulf %1, %w : tensor<4xf32>
  %3 = arith.addf %2, %c : tensor<4xf32>
  %4 = arith.mulf %3, %w : tensor<4xf32>
  %5 = arith.addf %4, %c : tensor<4xf32>
  return %5 : tensor<4xf32>
}

// What is read seldom stays one.
// CHECK-LABEL: func.func @short(
// CHECK:         %[[C:.*]] = arith.constant dense
// CHECK-NOT:     arith.constant dense
// CHECK:         return
func.func @short(%x: tensor<4xf32>) -> tensor<4xf32> attributes {llm.graph} {
  %c = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = arith.addf %x, %c : tensor<4xf32>
  %1 = arith.addf %0, %c : tensor<4xf32>
  return %1 : tensor<4xf32>
}
