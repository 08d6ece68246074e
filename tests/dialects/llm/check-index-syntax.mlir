// RUN: llm-opt %s | llm-opt | FileCheck %s
// RUN: llm-opt %s --canonicalize | FileCheck %s --check-prefix=FOLDED

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[I:[^:]*]]: index, %[[ROWS:[^:]*]]: index)
//       CHECK:   %[[ROW:.*]] = llm.check_index %[[I]] of %[[ROWS]], "Gather: index out of range"
//       CHECK:   return %[[ROW]]
func.func @round_trip(%i: index, %rows: index) -> index {
  %row = llm.check_index %i of %rows, "Gather: index out of range"
  return %row : index
}

// FOLDED-LABEL: func.func @folds_where_the_index_lies_inside(
//  FOLDED-NEXT:   %[[LAST:.*]] = arith.constant 3 : index
//  FOLDED-NEXT:   return %[[LAST]]
func.func @folds_where_the_index_lies_inside() -> index {
  %last = arith.constant 3 : index
  %size = arith.constant 4 : index
  %row = llm.check_index %last of %size, "out of range"
  return %row : index
}

// FOLDED-LABEL: func.func @keeps_an_index_behind_the_end(
//       FOLDED:   llm.check_index
func.func @keeps_an_index_behind_the_end() -> index {
  %size = arith.constant 4 : index
  %row = llm.check_index %size of %size, "out of range"
  return %row : index
}

// FOLDED-LABEL: func.func @keeps_a_negative_index(
//       FOLDED:   llm.check_index
func.func @keeps_a_negative_index() -> index {
  %before = arith.constant -1 : index
  %size = arith.constant 4 : index
  %row = llm.check_index %before of %size, "out of range"
  return %row : index
}
