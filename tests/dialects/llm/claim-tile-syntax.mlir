// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[TEAM:.*]]: !llm.team)
//       CHECK:   %[[T:.*]] = llm.claim_tile %[[TEAM]]
//       CHECK:   return %[[T]] : index
func.func @round_trip(%team: !llm.team) -> index {
  %t = llm.claim_tile %team
  return %t : index
}
