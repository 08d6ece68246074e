// RUN: llm-opt %s --llm-tile-rows --llm-tile-linear="register-rows=1 panels=1" --llm-lower-steps=max-rows=16 \
// RUN:   --split-input-file | FileCheck %s

// A buffer of 16 columns takes 3136 bytes: 48 rows of 64 bytes and a vector.

// Each result may take its input's buffer: one buffer for a chain.
// CHECK: module attributes {llm.arena_bytes = 3136 : i64
llm.step @in_place rows [1, 16] arguments ["positions"] outputs ["y"] {
^bb0(%p: tensor<?xi32>):
  %a = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x16xf32>
  %b = llm.silu %a : tensor<?x16xf32>
  %c = llm.silu %b : tensor<?x16xf32>
  %d = llm.silu %c : tensor<?x16xf32>
  llm.yield %d : tensor<?x16xf32>
}

// -----

// Rope may not: a and b, then c where a was.
// CHECK: module attributes {llm.arena_bytes = 6272 : i64
llm.step @dead_values_make_room rows [1, 16] arguments ["positions"] outputs ["y"] {
^bb0(%p: tensor<?xi32>):
  %a = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x16xf32>
  %b = llm.rope %a, %a {heads = 1 : i64} : tensor<?x16xf32>, tensor<?x16xf32>
  %c = llm.rope %b, %b {heads = 1 : i64} : tensor<?x16xf32>, tensor<?x16xf32>
  %d = llm.silu %c : tensor<?x16xf32>
  llm.yield %d : tensor<?x16xf32>
}

// -----

// The input is read again later, so its buffer is not written over.
// CHECK: module attributes {llm.arena_bytes = 6272 : i64
llm.step @values_read_later_stay rows [1, 16] arguments ["positions"] outputs ["y"] {
^bb0(%p: tensor<?xi32>):
  %a = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x16xf32>
  %b = llm.silu %a : tensor<?x16xf32>
  %c = arith.addf %b, %a : tensor<?x16xf32>
  llm.yield %c : tensor<?x16xf32>
}

// -----

// A linear layer writes its sum over the residual: the hidden state and the
// product's input are all there is, for any number of layers.
// CHECK: module attributes {llm.arena_bytes = 6272 : i64
llm.parameter @w : !llm.packed<16x16, #llm.dense<f32>> from "F32" ["0", "1", "2"]

llm.step @residual_in_place rows [1, 16] arguments ["positions"] outputs ["y"] {
^bb0(%p: tensor<?xi32>):
  %a = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x16xf32>
  %b = llm.repeat %a kinds [0, 0, 0] : tensor<?x16xf32> {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %w = llm.weight @w[%layer] : !llm.packed<16x16, #llm.dense<f32>>
    %s = llm.silu %h : tensor<?x16xf32>
    %y = llm.linear %s, %w residual %h : tensor<?x16xf32>
      : tensor<?x16xf32>, !llm.packed<16x16, #llm.dense<f32>> -> tensor<?x16xf32>
    llm.yield %y : tensor<?x16xf32>
  }
  %c = llm.silu %b : tensor<?x16xf32>
  llm.yield %c : tensor<?x16xf32>
}

// -----

// Parallel branches: their sum takes one buffer, and the layer's result the
// hidden state's, which is the second operand and still read there.
// CHECK: module attributes {llm.arena_bytes = 9408 : i64
llm.step @sum_over_hidden_state rows [1, 16] arguments ["positions"] outputs ["y"] {
^bb0(%p: tensor<?xi32>):
  %a = llm.rotary_table %p {inverse_frequencies = array<f32: 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x16xf32>
  %b = llm.repeat %a kinds [0, 0, 0] : tensor<?x16xf32> {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %s = llm.silu %h : tensor<?x16xf32>
    %t = llm.silu %h : tensor<?x16xf32>
    %sum = arith.addf %s, %t : tensor<?x16xf32>
    %y = arith.addf %sum, %h : tensor<?x16xf32>
    llm.yield %y : tensor<?x16xf32>
  }
  %c = llm.silu %b : tensor<?x16xf32>
  llm.yield %c : tensor<?x16xf32>
}
