// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_unknown_source(%team: !llm.team) {
  // expected-error@+1 {{source is arena, weights, scratch, argument or state; found 'stack'}}
  %b = llm.context_buffer %team "stack" 0 : memref<64xi8>
  return
}

// -----

func.func @c2_size_is_missing(%team: !llm.team) {
  // expected-error@+1 {{has 0 sizes for 1 dynamic dimensions}}
  %b = llm.context_buffer %team "arena" 0 : memref<?xi8>
  return
}
