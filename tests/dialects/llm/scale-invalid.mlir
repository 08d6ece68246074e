// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_an_infinite_factor(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{factor must be finite}}
  %y = llm.scale %x by 0x7F800000 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
