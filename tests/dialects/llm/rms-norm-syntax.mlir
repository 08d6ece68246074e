// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @whole_rows(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x576xf32>, %[[S:.*]]: tensor<576xf32>)
//       CHECK:   llm.rms_norm %[[X]], %[[S]] {epsilon = 1.000000e-05 : f64}
//  CHECK-SAME:     : tensor<?x576xf32>, tensor<576xf32> -> tensor<?x576xf32>
func.func @whole_rows(%x: tensor<?x576xf32>, %scale: tensor<576xf32>) -> tensor<?x576xf32> {
  %y = llm.rms_norm %x, %scale {epsilon = 1.0e-5 : f64} : tensor<?x576xf32>, tensor<576xf32> -> tensor<?x576xf32>
  return %y : tensor<?x576xf32>
}

// CHECK-LABEL: func.func @heads_one_by_one(
//       CHECK:   llm.rms_norm {{.*}} {epsilon = 0.000000e+00 : f64, groups = 9 : i64}
func.func @heads_one_by_one(%x: tensor<?x576xf32>, %scale: tensor<64xf32>) -> tensor<?x576xf32> {
  %y = llm.rms_norm %x, %scale {epsilon = 0.0 : f64, groups = 9 : i64} : tensor<?x576xf32>, tensor<64xf32> -> tensor<?x576xf32>
  return %y : tensor<?x576xf32>
}
