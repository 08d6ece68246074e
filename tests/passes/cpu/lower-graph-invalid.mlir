// RUN: llm-opt %s --llm-lower-graph --split-input-file --verify-diagnostics

// expected-error@+1 {{expected a function marked llm.graph}}
module {
  func.func @graph(%context: !llvm.ptr, %thread: i64) {
    return
  }
}

// -----

module {
  // expected-error@+1 {{expected a context and a thread as first arguments; --llm-lower-team makes them}}
  func.func @graph(%team: !llm.team) attributes {llm.graph} {
    return
  }
}
