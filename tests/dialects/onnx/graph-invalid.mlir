// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{has 2 blocks; a graph has one}}
onnx.graph @c1_two_blocks() {
  cf.br ^bb1
^bb1:
  onnx.return
}
