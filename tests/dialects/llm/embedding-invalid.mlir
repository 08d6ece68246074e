// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_columns_differ(%tokens: tensor<?xi32>, %table: !llm.packed<96x64, #llm.dense<f32>>) -> tensor<?x48xf32> {
  // expected-error@+1 {{result has 48 columns but the table has 64}}
  %x = llm.embedding %tokens, %table : tensor<?xi32>, !llm.packed<96x64, #llm.dense<f32>> -> tensor<?x48xf32>
  return %x : tensor<?x48xf32>
}
