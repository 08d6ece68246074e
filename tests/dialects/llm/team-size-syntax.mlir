// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//       CHECK:   llm.team_size
func.func @round_trip() -> index {
  %threads = llm.team_size
  return %threads : index
}
