// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[K:[^:]*]]: tensor<?x192xf32>, %[[V:[^:]*]]: tensor<?x192xf32>, %[[S:[^:]*]]: !llm.state
//       CHECK:   llm.kv_append %[[K]], %[[V]] into %[[S]]
//  CHECK-SAME:     : tensor<?x192xf32>, <heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
func.func @round_trip(%k: tensor<?x192xf32>, %v: tensor<?x192xf32>,
                      %s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>) {
  llm.kv_append %k, %v into %s
    : tensor<?x192xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}
