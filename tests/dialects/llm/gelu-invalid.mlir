// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_another_kind(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{kind is 'sigmoid'; accepted: erf, tanh}}
  %y = llm.gelu "sigmoid" %x : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
