// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{has 1 arguments but 2 names for them}}
llm.step @c1_name_of_no_argument rows [1, 1] arguments ["x", "y"] outputs ["logits"] {
^bb0(%x: tensor<?x8xf32>):
  llm.yield %x : tensor<?x8xf32>
}

// -----

// expected-error@+1 {{must yield 1 named outputs}}
llm.step @c1_output_not_yielded rows [1, 1] arguments ["x"] outputs ["logits"] {
^bb0(%x: tensor<?x8xf32>):
  llm.yield
}

// -----

// expected-error@+1 {{rows must be [first, last], 1 <= first <= last}}
llm.step @c2_rows_from_zero rows [0, 1] arguments ["x"] outputs ["logits"] {
^bb0(%x: tensor<?x8xf32>):
  llm.yield %x : tensor<?x8xf32>
}

// -----

// expected-error@+1 {{rows must be [first, last], 1 <= first <= last}}
llm.step @c2_rows_descend rows [8, 2] arguments ["x"] outputs ["logits"] {
^bb0(%x: tensor<?x8xf32>):
  llm.yield %x : tensor<?x8xf32>
}

// -----

// expected-error@+1 {{rows must be [first, last], 1 <= first <= last}}
llm.step @c2_one_number rows [8] arguments ["x"] outputs ["logits"] {
^bb0(%x: tensor<?x8xf32>):
  llm.yield %x : tensor<?x8xf32>
}
