// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[T:.*]]: tensor<?xi32>, %[[W:.*]]: !llm.packed<49152x576, #llm.dense<bf16>>)
//       CHECK:   llm.embedding %[[T]], %[[W]]
//  CHECK-SAME:     : tensor<?xi32>, <49152x576, #llm.dense<bf16>> -> tensor<?x576xf32>
func.func @round_trip(%tokens: tensor<?xi32>, %table: !llm.packed<49152x576, #llm.dense<bf16>>)
    -> tensor<?x576xf32> {
  %x = llm.embedding %tokens, %table
    : tensor<?xi32>, !llm.packed<49152x576, #llm.dense<bf16>> -> tensor<?x576xf32>
  return %x : tensor<?x576xf32>
}
