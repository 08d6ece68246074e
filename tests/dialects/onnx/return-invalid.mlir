// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_in_a_function() {
  // expected-error@+1 {{ends a region of 'func.func'; only graphs and ops of a schema may hold one}}
  onnx.return
}

// -----

onnx.graph @c2_other_types(%x: tensor<?xf32>) -> tensor<?xf16> {
  // expected-error@+1 {{returns ('tensor<?xf32>') but the graph gives ('tensor<?xf16>')}}
  onnx.return %x : tensor<?xf32>
}
