// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[T:.*]]: tensor<?xi32>)
//       CHECK:   llm.positions %[[T]] : tensor<?xi32>
func.func @round_trip(%tokens: tensor<?xi32>) -> tensor<?xi32> {
  %p = llm.positions %tokens : tensor<?xi32>
  return %p : tensor<?xi32>
}
