// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[P:.*]]: tensor<?xi32>)
//       CHECK:   llm.rotary_table %[[P]]
//  CHECK-SAME:     {inverse_frequencies = array<f32: 1.000000e+00, 1.000000e-01>, scale = 1.000000e+00 : f32}
//  CHECK-SAME:     : tensor<?xi32> -> tensor<?x4xf32>
func.func @round_trip(%positions: tensor<?xi32>) -> tensor<?x4xf32> {
  %t = llm.rotary_table %positions {inverse_frequencies = array<f32: 1.0, 0.1>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x4xf32>
  return %t : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @long_frequencies(
//       CHECK:   llm.rotary_table %{{.*}} {dynamic_maximum = 64 : i64, {{.*}}long_frequencies = array<f32: 5.000000e-01>
func.func @long_frequencies(%positions: tensor<?xi32>) -> tensor<?x2xf32> {
  %t = llm.rotary_table %positions {inverse_frequencies = array<f32: 1.0>, long_frequencies = array<f32: 0.5>, dynamic_maximum = 64 : i64, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x2xf32>
  return %t : tensor<?x2xf32>
}
