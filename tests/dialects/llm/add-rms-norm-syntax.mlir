// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x576xf32>, %[[R:[^:]*]]: tensor<?x576xf32>, %[[S:[^:]*]]: tensor<576xf32>)
//       CHECK:   %[[SUM:[^,]*]], %[[Y:.*]] = llm.add_rms_norm %[[X]], %[[R]], %[[S]] {epsilon = 1.000000e-05 : f64}
//  CHECK-SAME:     : tensor<?x576xf32>, tensor<576xf32> -> tensor<?x576xf32>, tensor<?x576xf32>
//       CHECK:   return %[[SUM]], %[[Y]]
func.func @round_trip(%x: tensor<?x576xf32>, %r: tensor<?x576xf32>, %scale: tensor<576xf32>)
    -> (tensor<?x576xf32>, tensor<?x576xf32>) {
  %sum, %y = llm.add_rms_norm %x, %r, %scale {epsilon = 1.0e-5 : f64}
    : tensor<?x576xf32>, tensor<576xf32> -> tensor<?x576xf32>, tensor<?x576xf32>
  return %sum, %y : tensor<?x576xf32>, tensor<?x576xf32>
}
