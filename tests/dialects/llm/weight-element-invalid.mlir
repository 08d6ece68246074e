// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_type_is_not_that_of_the_weight(%w: !llm.packed<64x64, #llm.dense<f32>>, %i: index) {
  // expected-error@+1 {{weight is a '!llm.packed<64x64, #llm.dense<f32>>' but type says '!llm.packed<64x64, #llm.dense<bf16>>'}}
  %e = llm.weight_element %w[%i, %i] type !llm.packed<64x64, #llm.dense<bf16>> : !llm.packed<64x64, #llm.dense<f32>>
  return
}

// -----

func.func @type_is_not_packed(%w: memref<?xi8>, %i: index) {
  // expected-error@+1 {{attribute 'type' failed to satisfy constraint}}
  %e = llm.weight_element %w[%i, %i] type f32 : memref<?xi8>
  return
}
