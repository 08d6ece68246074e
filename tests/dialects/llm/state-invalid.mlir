// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_no_such_group(%layer: index) {
  // expected-error@+1 {{no llm.state_group is named @kv}}
  %s = llm.state @kv[%layer] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}

// -----

llm.state_group @kv : !llm.state<heads = 3, head_dim = 64, page = 16, window = 0, element = f32> layers [0]

func.func @c1_group_of_other_type(%layer: index) {
  // expected-error@+1 {{@kv is a '!llm.state<heads = 3, head_dim = 64, page = 16, window = 0, element = f32>' but the result is a '!llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>'}}
  %s = llm.state @kv[%layer] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}

// -----

llm.state_group @kv : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [0]

func.func @c2_layer_is_no_index_of_a_repeat(%layer: index) {
  // expected-error@+1 {{the layer must be the index of an llm.repeat}}
  %s = llm.state @kv[%layer] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
  return
}

// -----

llm.state_group @kv : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [0, 2]

func.func @c2_group_has_more_layers_than_the_repeat(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = llm.repeat %x kinds [0, 0] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    // expected-error@+1 {{@kv has layer 2 but there are 2}}
    %s = llm.state @kv[%layer] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
    llm.yield %h : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
