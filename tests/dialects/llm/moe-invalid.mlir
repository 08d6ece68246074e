// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_another_activation(%x: tensor<?x64xf32>, %r: tensor<?x4xf32>, %g: !llm.packed<448x64, #llm.dense<f32>>, %d: !llm.packed<256x112, #llm.dense<f32>>) -> tensor<?x64xf32> {
  // expected-error@+1 {{has the activation 'tanh'; accepted: silu, gelu_erf, gelu_tanh, relu}}
  %y = llm.moe "tanh" %x by %r, %g, %g, %d {top = 2 : i64} : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<448x64, #llm.dense<f32>>, !llm.packed<256x112, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c2_more_than_there_are(%x: tensor<?x64xf32>, %r: tensor<?x4xf32>, %g: !llm.packed<448x64, #llm.dense<f32>>, %d: !llm.packed<256x112, #llm.dense<f32>>) -> tensor<?x64xf32> {
  // expected-error@+1 {{chooses 5 of 4 experts}}
  %y = llm.moe "silu" %x by %r, %g, %g, %d {top = 5 : i64} : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<448x64, #llm.dense<f32>>, !llm.packed<256x112, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c2_none(%x: tensor<?x64xf32>, %r: tensor<?x4xf32>, %g: !llm.packed<448x64, #llm.dense<f32>>, %d: !llm.packed<256x112, #llm.dense<f32>>) -> tensor<?x64xf32> {
  // expected-error@+1 {{chooses 0 of 4 experts}}
  %y = llm.moe "silu" %x by %r, %g, %g, %d {top = 0 : i64} : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<448x64, #llm.dense<f32>>, !llm.packed<256x112, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c3_a_gate_of_other_columns(%x: tensor<?x64xf32>, %r: tensor<?x4xf32>, %g: !llm.packed<448x48, #llm.dense<f32>>, %d: !llm.packed<256x112, #llm.dense<f32>>) -> tensor<?x64xf32> {
  // expected-error@+1 {{has a gate of 448 by 48 for 4 experts that read 64 columns}}
  %y = llm.moe "silu" %x by %r, %g, %g, %d {top = 2 : i64} : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<448x48, #llm.dense<f32>>, !llm.packed<256x112, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c3_experts_that_begin_within_a_panel(%x: tensor<?x64xf32>, %r: tensor<?x4xf32>, %g: !llm.packed<440x64, #llm.dense<f32>>, %d: !llm.packed<256x112, #llm.dense<f32>>) -> tensor<?x64xf32> {
  // expected-error@+1 {{has a gate of 440 by 64 for 4 experts that read 64 columns}}
  %y = llm.moe "silu" %x by %r, %g, %g, %d {top = 2 : i64} : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<440x64, #llm.dense<f32>>, !llm.packed<256x112, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c4_a_wider_down_projection(%x: tensor<?x64xf32>, %r: tensor<?x4xf32>, %g: !llm.packed<448x64, #llm.dense<f32>>, %d: !llm.packed<256x120, #llm.dense<f32>>) -> tensor<?x64xf32> {
  // expected-error@+1 {{has a down projection of 256 by 120; expected 256 rows, and columns that fill 448 rows of the gate}}
  %y = llm.moe "silu" %x by %r, %g, %g, %d {top = 2 : i64} : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<448x64, #llm.dense<f32>>, !llm.packed<256x120, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @c4_a_higher_down_projection(%x: tensor<?x64xf32>, %r: tensor<?x4xf32>, %g: !llm.packed<448x64, #llm.dense<f32>>, %d: !llm.packed<320x112, #llm.dense<f32>>) -> tensor<?x64xf32> {
  // expected-error@+1 {{has a down projection of 320 by 112; expected 256 rows, and columns that fill 448 rows of the gate}}
  %y = llm.moe "silu" %x by %r, %g, %g, %d {top = 2 : i64} : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<448x64, #llm.dense<f32>>, !llm.packed<320x112, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
