// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_no_such_parameter() {
  // expected-error@+1 {{no llm.parameter is named @norm}}
  %n = llm.weight @norm : tensor<8xf32>
  return
}

// -----

llm.parameter @norm : tensor<8xf32> from "F32" ["norm.weight"]

func.func @c1_parameter_of_other_type() {
  // expected-error@+1 {{@norm is a 'tensor<8xf32>' but the result is a 'tensor<16xf32>'}}
  %n = llm.weight @norm : tensor<16xf32>
  return
}

// -----

llm.parameter @norm : tensor<8xf32> from "F32" ["layers.0.norm", "layers.1.norm"]

func.func @c2_no_layer_for_several_entries() {
  // expected-error@+1 {{@norm has 2 entries; a layer index is needed}}
  %n = llm.weight @norm : tensor<8xf32>
  return
}

// -----

llm.parameter @norm : tensor<8xf32> from "F32" ["layers.0.norm", "layers.1.norm"]

func.func @c3_layer_is_no_index_of_a_repeat(%layer: index) {
  // expected-error@+1 {{the layer must be the index of an llm.repeat}}
  %n = llm.weight @norm[%layer] : tensor<8xf32>
  return
}

// -----

llm.parameter @norm : tensor<8xf32> from "F32" ["layers.0.norm", "layers.1.norm"]

func.func @c3_fewer_entries_than_layers(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = llm.repeat %x kinds [0, 0, 0] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    // expected-error@+1 {{@norm has 2 entries but there are 3 layers}}
    %n = llm.weight @norm[%layer] : tensor<8xf32>
    llm.yield %h : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
