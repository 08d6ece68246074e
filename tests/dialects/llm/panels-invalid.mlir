// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_panels_of_halves(%w: !llm.packed<40x64, #llm.dense<bf16>>) -> tensor<3x64x16xf32> {
  // expected-error@+1 {{reads panels of f32 or i8; found '!llm.packed<40x64, #llm.dense<bf16>>'}}
  %p = llm.panels %w : !llm.packed<40x64, #llm.dense<bf16>> -> tensor<3x64x16xf32>
  return %p : tensor<3x64x16xf32>
}

// -----

func.func @c2_rows_that_fill_no_panel(%w: !llm.packed<40x64, #llm.dense<f32>>) -> tensor<2x64x16xf32> {
  // expected-error@+1 {{gives a 'tensor<3x64x16xf32>'; found 'tensor<2x64x16xf32>'}}
  %p = llm.panels %w : !llm.packed<40x64, #llm.dense<f32>> -> tensor<2x64x16xf32>
  return %p : tensor<2x64x16xf32>
}

// -----

func.func @c2_columns_that_fill_no_quad(%w: !llm.packed<40x66, #llm.dense<i8>>) -> tensor<3x16x16x4xi8> {
  // expected-error@+1 {{gives a 'tensor<3x17x16x4xi8>'; found 'tensor<3x16x16x4xi8>'}}
  %p = llm.panels %w : !llm.packed<40x66, #llm.dense<i8>> -> tensor<3x16x16x4xi8>
  return %p : tensor<3x16x16x4xi8>
}
