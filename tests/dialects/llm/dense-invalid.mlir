// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{dense weights are f32, bf16, f16 or i8; found 'f64'}}
func.func private @f64(!llm.packed<16x16, #llm.dense<f64>>)

// -----

// expected-error@+1 {{dense weights are f32, bf16, f16 or i8; found 'i16'}}
func.func private @integers(!llm.packed<16x16, #llm.dense<i16>>)
