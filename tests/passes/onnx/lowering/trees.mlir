// RUN: llm-opt %s --llm-lower-onnx --verify-diagnostics

// A tree that comes back to itself is none.
onnx.graph @main(%x: tensor<?x2xf32>) -> (tensor<?x1xf32>) {
  // expected-error@+1 {{TreeEnsembleRegressor: node 0 has two parents}}
  %0 = "onnx.ml.TreeEnsembleRegressor.1"(%x) {n_targets = 1 : i64, nodes_treeids = array<i64: 0, 0>, nodes_nodeids = array<i64: 0, 1>, nodes_featureids = array<i64: 0, 0>, nodes_values = array<f32: 0.5, 0.0>, nodes_modes = ["BRANCH_LEQ", "LEAF"], nodes_truenodeids = array<i64: 1, 0>, nodes_falsenodeids = array<i64: 0, 0>, target_treeids = array<i64: 0>, target_nodeids = array<i64: 1>, target_ids = array<i64: 0>, target_weights = array<f32: 1.0>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x2xf32>) -> tensor<?x1xf32>
  onnx.return %0 : tensor<?x1xf32>
}
