// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x576xf32>, %[[R:[^:]*]]: tensor<?xi32>)
//       CHECK:   llm.gather_rows %[[X]], %[[R]] : tensor<?x576xf32>, tensor<?xi32>
func.func @round_trip(%x: tensor<?x576xf32>, %output_rows: tensor<?xi32>) -> tensor<?x576xf32> {
  %y = llm.gather_rows %x, %output_rows : tensor<?x576xf32>, tensor<?xi32>
  return %y : tensor<?x576xf32>
}
