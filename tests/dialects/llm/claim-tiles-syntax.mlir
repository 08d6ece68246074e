// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[TEAM:.*]]: !llm.team, %[[TOTAL:.*]]: index)
//       CHECK:   %[[FIRST:.*]], %[[END:.*]] = llm.claim_tiles %[[TEAM]] of %[[TOTAL]]
//       CHECK:   return %[[FIRST]], %[[END]] : index, index
func.func @round_trip(%team: !llm.team, %total: index) -> (index, index) {
  %first, %end = llm.claim_tiles %team of %total
  return %first, %end : index, index
}
