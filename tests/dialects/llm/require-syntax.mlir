// RUN: llm-opt %s | llm-opt | FileCheck %s
// RUN: llm-opt %s --canonicalize --cse | FileCheck %s --check-prefix=KEPT

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[SAME:.*]]: i1)
//       CHECK:   llm.require %[[SAME]], "Concat: inputs differ in dimension 1"
// KEPT-LABEL: func.func @round_trip(
//       KEPT:   llm.require
func.func @round_trip(%same: i1) {
  llm.require %same, "Concat: inputs differ in dimension 1"
  return
}
