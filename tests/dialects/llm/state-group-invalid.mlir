// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{layers must ascend from 0 or more, and name at least one}}
llm.state_group @c1_layers_out_of_order : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [0, 2, 1]

// -----

// expected-error@+1 {{layers must ascend from 0 or more, and name at least one}}
llm.state_group @c1_layer_twice : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [0, 0]

// -----

// expected-error@+1 {{layers must ascend from 0 or more, and name at least one}}
llm.state_group @c1_no_layer : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers []

// -----

// expected-error@+1 {{layers must ascend from 0 or more, and name at least one}}
llm.state_group @c1_negative_layer : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [-1, 0]
