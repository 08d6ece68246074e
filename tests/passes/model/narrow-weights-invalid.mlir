// RUN: llm-opt %s --llm-narrow-weights=element=f64 --verify-diagnostics

// expected-error@+1 {{weights of 'f64'; accepted: bf16, f16}}
module {
}
