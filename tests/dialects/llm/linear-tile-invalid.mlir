// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_two_weights_one_panel(%x: memref<?x64xf32>, %i: index, %w: memref<?xi8>) {
  // expected-error@+1 {{has 2 weights, 1 panels, 1 types and 1 results}}
  %a = llm.linear_tile %x[%i], [%w, %w], [%i] types [!llm.packed<64x64, #llm.dense<f32>>]
    : memref<?x64xf32>, memref<?xi8>, memref<?xi8> -> vector<4x16xf32>
  return
}

// -----

func.func @c2_weights_of_different_columns(%x: memref<?x64xf32>, %i: index, %w: memref<?xi8>) {
  // expected-error@+1 {{weights have 64 and 32 columns}}
  %a, %b = llm.linear_tile %x[%i], [%w, %w], [%i, %i] types [!llm.packed<64x64, #llm.dense<f32>>, !llm.packed<64x32, #llm.dense<f32>>]
    : memref<?x64xf32>, memref<?xi8>, memref<?xi8> -> vector<4x16xf32>, vector<4x16xf32>
  return
}

// -----

func.func @c3_result_of_half_a_panel(%x: memref<?x64xf32>, %i: index, %w: memref<?xi8>) {
  // expected-error@+1 {{result 0 must have 4 rows of 16; found 'vector<4x8xf32>'}}
  %a = llm.linear_tile %x[%i], [%w], [%i] types [!llm.packed<64x64, #llm.dense<f32>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<4x8xf32>
  return
}

// -----

func.func @c3_results_of_different_rows(%x: memref<?x64xf32>, %i: index, %w: memref<?xi8>) {
  // expected-error@+1 {{result 1 must have 4 rows of 16; found 'vector<2x16xf32>'}}
  %a, %b = llm.linear_tile %x[%i], [%w, %w], [%i, %i] types [!llm.packed<64x64, #llm.dense<f32>>, !llm.packed<64x64, #llm.dense<f32>>]
    : memref<?x64xf32>, memref<?xi8>, memref<?xi8> -> vector<4x16xf32>, vector<2x16xf32>
  return
}

// -----

func.func @c4_type_is_not_packed(%x: memref<?x64xf32>, %i: index, %w: memref<?xi8>) {
  // expected-error@+1 {{type 0 must be that of weight 0; found f32}}
  %a = llm.linear_tile %x[%i], [%w], [%i] types [f32]
    : memref<?x64xf32>, memref<?xi8> -> vector<4x16xf32>
  return
}

// -----

func.func @c4_type_is_not_that_of_the_weight(%x: memref<?x64xf32>, %i: index, %w: !llm.packed<64x64, #llm.dense<f32>>) {
  // expected-error@+1 {{type 0 must be that of weight 0; found !llm.packed<32x64, #llm.dense<f32>>}}
  %a = llm.linear_tile %x[%i], [%w], [%i] types [!llm.packed<32x64, #llm.dense<f32>>]
    : memref<?x64xf32>, !llm.packed<64x64, #llm.dense<f32>> -> vector<4x16xf32>
  return
}

// -----

func.func @c5_integers_without_scales(%x: memref<?x64xi8>, %i: index, %w: memref<?xi8>) {
  // expected-error@+1 {{rows of i8 need scales and sums}}
  %a = llm.linear_tile %x[%i], [%w], [%i] types [!llm.packed<64x64, #llm.dense<f32>>]
    : memref<?x64xi8>, memref<?xi8> -> vector<4x16xf32>
  return
}

// -----

func.func @c5_scales_of_floats(%x: memref<?x64xf32>, %s: memref<?x16xf32>, %u: memref<?x16xi32>, %i: index, %w: memref<?xi8>) {
  // expected-error@+1 {{scales and sums go with rows of i8}}
  %a = llm.linear_tile %x[%i], [%w], [%i] scales %s, %u : memref<?x16xf32>, memref<?x16xi32>
    types [!llm.packed<64x64, #llm.dense<f32>>] : memref<?x64xf32>, memref<?xi8> -> vector<4x16xf32>
  return
}
