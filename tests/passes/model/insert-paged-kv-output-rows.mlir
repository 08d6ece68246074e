// RUN: llm-opt %s --llm-insert-paged-kv | FileCheck %s

// The gather goes up past ops on single rows, to the first value that something
// else reads.
// CHECK: func.func @step({{.*}}, %[[X:[^:]*]]: tensor<?x16xf32>, {{.*}}, %[[WANTED:[^:]*]]: tensor<?xi32> {llm.argument = "output_rows"})
// CHECK: %[[FEATURES:.*]] = llm.linear %[[X]]
// CHECK: %[[ROWS:.*]] = llm.gather_rows %[[FEATURES]], %[[WANTED]]
// CHECK: %[[NORM:.*]] = llm.rms_norm %[[ROWS]]
// CHECK: %[[LOGITS:.*]] = llm.linear %[[NORM]]
// CHECK: return %[[LOGITS]], %[[FEATURES]]
func.func @forward(%tokens: tensor<?xi32>, %x: tensor<?x16xf32>, %w: !llm.packed<16x16, #llm.dense<f32>>, %s: tensor<16xf32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %features = llm.linear %x, %w : tensor<?x16xf32>, !llm.packed<16x16, #llm.dense<f32>> -> tensor<?x16xf32>
  %n = llm.rms_norm %features, %s {epsilon = 1.0e-5 : f64} : tensor<?x16xf32>, tensor<16xf32> -> tensor<?x16xf32>
  %logits = llm.linear %n, %w : tensor<?x16xf32>, !llm.packed<16x16, #llm.dense<f32>> -> tensor<?x16xf32>
  return %logits, %features : tensor<?x16xf32>, tensor<?x16xf32>
}
