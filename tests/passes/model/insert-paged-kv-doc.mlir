// RUN: llm-opt %s --llm-insert-paged-kv="element=bf16 page-tokens=16" | FileCheck %s

// CHECK: llm.state_group @[[GROUP:.*]] : !llm.state<heads = 1, head_dim = 16, page = 16, window = 0, element = bf16> layers [0, 1]
// CHECK: func.func @step(
// CHECK-SAME: %[[TOKENS:[^:]*]]: tensor<?xi32> {llm.argument = "tokens"}
// CHECK-SAME: %[[POSITIONS:[^:]*]]: tensor<?xi32> {llm.argument = "positions"}
// CHECK-SAME: {llm.argument = "slots"}
// CHECK-SAME: {llm.argument = "sequence_ids"}
// CHECK-SAME: {llm.argument = "sequence_starts"}
// CHECK-SAME: {llm.argument = "context_lengths"}
// CHECK-SAME: {llm.argument = "prompt_lengths"}
// CHECK-SAME: tensor<?x?xi32> {llm.argument = "state_table.0"}
// CHECK-SAME: %[[WANTED:[^:]*]]: tensor<?xi32> {llm.argument = "output_rows"}
// CHECK-NOT:   llm.positions
// CHECK:       llm.rotary_table %[[POSITIONS]]
// CHECK:       %[[HIDDEN:.*]] = llm.repeat
// CHECK:         ^bb0(%[[H:.*]]: tensor<?x16xf32>, %[[LAYER:.*]]: index):
// CHECK:         %[[Q:.*]] = llm.rope %[[H]]
// CHECK:         %[[STATE:.*]] = llm.state @[[GROUP]][%[[LAYER]]]
// CHECK:         llm.kv_append %[[Q]], %[[H]] into %[[STATE]]
// CHECK:         llm.paged_attention %[[Q]], %[[STATE]] {heads = 1 : i64, scale = 2.500000e-01 : f32}
// CHECK:       %[[ROWS:.*]] = llm.gather_rows %[[HIDDEN]], %[[WANTED]]
// CHECK:       %[[LOGITS:.*]] = llm.linear %[[ROWS]]
// CHECK:       return %[[LOGITS]]
llm.parameter @embed : !llm.packed<96x16, #llm.dense<f32>> from "F32" ["embed"]

func.func @forward(%tokens: tensor<?xi32>) -> tensor<?x96xf32> {
  %embed = llm.weight @embed : !llm.packed<96x16, #llm.dense<f32>>
  %x = llm.embedding %tokens, %embed : tensor<?xi32>, !llm.packed<96x16, #llm.dense<f32>> -> tensor<?x16xf32>
  %positions = llm.positions %tokens : tensor<?xi32>
  %table = llm.rotary_table %positions {inverse_frequencies = array<f32: 1.0, 0.1>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x4xf32>
  %y = llm.repeat %x kinds [0, 0] : tensor<?x16xf32> {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %q = llm.rope %h, %table {heads = 1 : i64} : tensor<?x16xf32>, tensor<?x4xf32>
    %a = llm.attention %q, %q, %h {heads = 1 : i64, kv_heads = 1 : i64, scale = 0.25 : f32}
      : tensor<?x16xf32>, tensor<?x16xf32>
    llm.yield %a : tensor<?x16xf32>
  }
  %logits = llm.linear %y, %embed : tensor<?x16xf32>, !llm.packed<96x16, #llm.dense<f32>> -> tensor<?x96xf32>
  return %logits : tensor<?x96xf32>
}
