// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{a packed weight has at least one row and column; found 0x64}}
func.func private @no_rows(!llm.packed<0x64, #llm.dense<f32>>)

// -----

// expected-error@+1 {{a packed weight has two dimensions, out x in features; found 3}}
func.func private @three_dimensions(!llm.packed<2x64x64, #llm.dense<f32>>)

// -----

// expected-error@+1 {{expected an encoding such as #llm.dense<bf16>; found "f32"}}
func.func private @no_encoding(!llm.packed<64x64, "f32">)
