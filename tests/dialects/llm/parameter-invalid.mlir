// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{names no source}}
llm.parameter @c1_no_entry : tensor<16xf32> from "F32" []

// -----

// expected-error@+1 {{names no source}}
llm.parameter @c1_empty_names_only : tensor<16xf32> from "F32" ["", ""]

// -----

// expected-error@+1 {{is a packed matrix or a vector of f32; found 'tensor<16x16xf32>'}}
llm.parameter @c2_matrix_that_is_not_packed : tensor<16x16xf32> from "F32" ["w"]

// -----

// expected-error@+1 {{is a packed matrix or a vector of f32; found 'tensor<16xbf16>'}}
llm.parameter @c2_vector_of_bf16 : tensor<16xbf16> from "BF16" ["w"]
