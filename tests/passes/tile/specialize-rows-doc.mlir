// RUN: llm-opt %s --llm-specialize-rows=classes=1,64 | FileCheck %s

// CHECK-NOT: func.func
// CHECK:     llm.step @rows_to_1 rows [1, 1] arguments ["x", "y"] outputs ["logits"] {
// CHECK:     ^bb0(%[[X:.*]]: tensor<?x8xf32>, %[[Y:.*]]: tensor<?x8xf32>):
// CHECK:       %[[SUM:.*]] = arith.addf %[[X]], %[[Y]]
// CHECK:       llm.yield %[[SUM]] : tensor<?x8xf32>
// CHECK:     llm.step @rows_to_64 rows [2, 64] arguments ["x", "y"] outputs ["logits"] {
// CHECK:       arith.addf
func.func @step(%x: tensor<?x8xf32> {llm.argument = "x"}, %y: tensor<?x8xf32> {llm.argument = "y"}) -> tensor<?x8xf32> {
  %sum = arith.addf %x, %y : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}
