// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @grouped_heads(
//  CHECK-SAME:     %[[Q:.*]]: tensor<?x576xf32>, %[[K:.*]]: tensor<?x192xf32>, %[[V:.*]]: tensor<?x192xf32>)
//       CHECK:   llm.attention %[[Q]], %[[K]], %[[V]]
//  CHECK-SAME:     {heads = 9 : i64, kv_heads = 3 : i64, scale = 1.250000e-01 : f32}
//  CHECK-SAME:     : tensor<?x576xf32>, tensor<?x192xf32>
func.func @grouped_heads(%q: tensor<?x576xf32>, %k: tensor<?x192xf32>, %v: tensor<?x192xf32>)
    -> tensor<?x576xf32> {
  %y = llm.attention %q, %k, %v {heads = 9 : i64, kv_heads = 3 : i64, scale = 0.125 : f32}
    : tensor<?x576xf32>, tensor<?x192xf32>
  return %y : tensor<?x576xf32>
}

// CHECK-LABEL: func.func @window(
//       CHECK:   llm.attention {{.*}}window = 128 : i64
func.func @window(%q: tensor<?x64xf32>, %k: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = llm.attention %q, %k, %k {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.125 : f32, window = 128 : i64}
    : tensor<?x64xf32>, tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @sinks_and_a_soft_cap(
//       CHECK:   llm.attention {{.*}} sinks(%{{.*}} : tensor<2xf32>) {heads = 2 : i64, kv_heads = 2 : i64, scale = 1.250000e-01 : f32, soft_cap = 5.000000e+01 : f32}
func.func @sinks_and_a_soft_cap(%q: tensor<?x64xf32>, %sinks: tensor<2xf32>) -> tensor<?x64xf32> {
  %y = llm.attention %q, %q, %q sinks(%sinks : tensor<2xf32>) {heads = 2 : i64, kv_heads = 2 : i64, scale = 0.125 : f32, soft_cap = 50.0 : f32}
    : tensor<?x64xf32>, tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
