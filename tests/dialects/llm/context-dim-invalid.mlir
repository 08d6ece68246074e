// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_symbol_past_the_last(%team: !llm.team) {
  // expected-error@+1 {{symbol 5 is not 0 to 4}}
  %d = llm.context_dim %team 5
  return
}

// -----

func.func @c1_negative_symbol(%team: !llm.team) {
  // expected-error@+1 {{symbol -1 is not 0 to 4}}
  %d = llm.context_dim %team -1
  return
}
