// RUN: llm-opt %s --llm-lower-team --split-input-file --verify-diagnostics

// expected-error@+1 {{expected step functions and llm.scratch_bytes; --llm-lower-steps makes them}}
module {
}

// -----

// expected-error@+1 {{expected step functions and llm.scratch_bytes; --llm-lower-steps makes them}}
module attributes {llm.scratch_bytes = 64 : i64} {
  func.func @no_class_of_rows(%team: !llm.team) {
    return
  }
}
