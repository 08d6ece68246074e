// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{names no source}}
llm.parameter @c1_no_entry : tensor<16xf32> from "F32" []

// -----

// expected-error@+1 {{names no source}}
llm.parameter @c1_empty_names_only : tensor<16xf32> from "F32" ["", ""]

// -----

// expected-error@+1 {{is a packed matrix or a tensor of known shape and of numbers; found 'tensor<?x16xf32>'}}
llm.parameter @c2_unknown_extent : tensor<?x16xf32> from "F32" ["w"]

// -----

// expected-error@+1 {{is a packed matrix or a tensor of known shape and of numbers; found 'tensor<16xindex>'}}
llm.parameter @c2_elements_that_are_no_numbers : tensor<16xindex> from "I64" ["w"]

// -----

// expected-error@+1 {{is a part of its source that begins at element -1; accepted: parts of packed matrices, from element 0 on}}
llm.parameter @c3_begins_before_its_source : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["w"] first -1

// -----

// expected-error@+1 {{is a part of its source that begins at element 0; accepted: parts of packed matrices}}
llm.parameter @c3_tensor_that_is_a_part : tensor<16x8xf32> from "F32" ["w"] transposed
