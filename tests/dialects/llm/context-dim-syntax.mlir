// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[TEAM:.*]]: !llm.team)
//       CHECK:   llm.context_dim %[[TEAM]] 0
func.func @round_trip(%team: !llm.team) -> index {
  %rows = llm.context_dim %team 0
  return %rows : index
}
