// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @outside_of_layers_and_tiles(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{expects parent op to be one of 'llm.repeat, llm.phase, llm.step'}}
  llm.yield %x : tensor<?x8xf32>
}
