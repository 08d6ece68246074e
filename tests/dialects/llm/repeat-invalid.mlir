// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_kind_without_region(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error@+1 {{kind 1 has no region; there are 1}}
  %y = llm.repeat %x kinds [0, 1] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    llm.yield %h : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}

// -----

func.func @c2_region_without_layer_index(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error@+1 {{region 0 must take ('tensor<?x8xf32>', index) and yield 'tensor<?x8xf32>'}}
  %y = llm.repeat %x kinds [0] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>):
    llm.yield %h : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}

// -----

func.func @c2_region_yields_nothing(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error@+1 {{region 0 must take ('tensor<?x8xf32>', index) and yield 'tensor<?x8xf32>'}}
  %y = llm.repeat %x kinds [0] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
    llm.yield
  }
  return %y : tensor<?x8xf32>
}

// -----

func.func @c2_empty_region(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error@+1 {{expects a non-empty block}}
  %y = llm.repeat %x kinds [0] : tensor<?x8xf32> {
  ^bb0(%h: tensor<?x8xf32>, %layer: index):
  }
  return %y : tensor<?x8xf32>
}
