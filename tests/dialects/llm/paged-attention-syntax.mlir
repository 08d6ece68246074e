// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[Q:[^:]*]]: tensor<?x576xf32>, %[[S:[^:]*]]: !llm.state
//       CHECK:   llm.paged_attention %[[Q]], %[[S]] {heads = 9 : i64, scale = 1.250000e-01 : f32}
//  CHECK-SAME:     : tensor<?x576xf32>, <heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
func.func @round_trip(%q: tensor<?x576xf32>, %s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>)
    -> tensor<?x576xf32> {
  %y = llm.paged_attention %q, %s {heads = 9 : i64, scale = 0.125 : f32}
    : tensor<?x576xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return %y : tensor<?x576xf32>
}

// CHECK-LABEL: func.func @sinks_and_a_soft_cap(
//       CHECK:   llm.paged_attention {{.*}} sinks(%{{.*}} : tensor<9xf32>) {heads = 9 : i64, scale = 1.250000e-01 : f32, soft_cap = 3.000000e+01 : f32}
func.func @sinks_and_a_soft_cap(%q: tensor<?x576xf32>, %s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>, %sinks: tensor<9xf32>) -> tensor<?x576xf32> {
  %y = llm.paged_attention %q, %s sinks(%sinks : tensor<9xf32>) {heads = 9 : i64, scale = 0.125 : f32, soft_cap = 30.0 : f32}
    : tensor<?x576xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return %y : tensor<?x576xf32>
}
