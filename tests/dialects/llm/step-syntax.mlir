// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: llm.step @decode rows [1, 1] arguments ["x"] outputs ["logits"] {
// CHECK: ^bb0(%[[X:.*]]: tensor<?x8xf32>):
// CHECK:   llm.yield %[[X]] : tensor<?x8xf32>
llm.step @decode rows [1, 1] arguments ["x"] outputs ["logits"] {
^bb0(%x: tensor<?x8xf32>):
  llm.yield %x : tensor<?x8xf32>
}
