// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{a state has at least one head of one column; found 0 heads of 64}}
func.func private @no_heads(!llm.state<heads = 0, head_dim = 64, page = 32, window = 0, element = f32>)

// -----

// expected-error@+1 {{a page holds a power of two of tokens, 16 at least; found 8}}
func.func private @page_less_than_a_vector(!llm.state<heads = 1, head_dim = 64, page = 8, window = 0, element = f32>)

// -----

// expected-error@+1 {{a page holds a power of two of tokens, 16 at least; found 48}}
func.func private @page_no_power_of_two(!llm.state<heads = 1, head_dim = 64, page = 48, window = 0, element = f32>)

// -----

// expected-error@+1 {{a window is not negative; found -1}}
func.func private @negative_window(!llm.state<heads = 1, head_dim = 64, page = 32, window = -1, element = f32>)

// -----

// expected-error@+1 {{states hold f32, bf16, f16 or i8; found 'f64'}}
func.func private @other_element_type(!llm.state<heads = 1, head_dim = 64, page = 32, window = 0, element = f64>)
