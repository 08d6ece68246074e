// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[TEAM:.*]]: !llm.team)
//       CHECK:   llm.barrier %[[TEAM]]
func.func @round_trip(%team: !llm.team) {
  llm.barrier %team
  return
}
