// RUN: llm-opt %s --llm-lower-steps --split-input-file --verify-diagnostics

llm.step @an_op_that_is_no_phase rows [1, 1] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>):
  // expected-error@+1 {{not supported yet: no pass turns this op into a phase}}
  %y = llm.silu %x : tensor<?x16xf32>
  llm.yield %y : tensor<?x16xf32>
}
