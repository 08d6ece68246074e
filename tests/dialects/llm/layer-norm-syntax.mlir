// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @rows(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x768xf32>, %[[S:.*]]: tensor<768xf32>, %[[B:.*]]: tensor<768xf32>)
//       CHECK:   llm.layer_norm %[[X]], %[[S]], %[[B]] {epsilon = 1.000000e-05 : f64}
//  CHECK-SAME:     : tensor<?x768xf32>, tensor<768xf32> -> tensor<?x768xf32>
func.func @rows(%x: tensor<?x768xf32>, %scale: tensor<768xf32>, %bias: tensor<768xf32>) -> tensor<?x768xf32> {
  %y = llm.layer_norm %x, %scale, %bias {epsilon = 1.0e-5 : f64} : tensor<?x768xf32>, tensor<768xf32> -> tensor<?x768xf32>
  return %y : tensor<?x768xf32>
}
