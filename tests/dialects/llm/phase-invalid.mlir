// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_result_without_access(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{has 2 inputs and results but 1 accesses}}
  %y = llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>] reuses [-1] scratch [] -> tensor<?x64xf32> {
  ^bb0(%t: index, %in: memref<?x64xf32>, %out: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c1_access_of_another_tile_space(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{access 0 must be of 1 tile indices; found #llm.access<(d0, d1) -> (d0, d1), [1, -1]>}}
  llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0, d1) -> (d0, d1), [1, -1]>] reuses [] scratch [] {
  ^bb0(%t: index, %in: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c1_access_is_a_string(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{access 0 must be of 1 tile indices; found "all"}}
  llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses ["all"] reuses [] scratch [] {
  ^bb0(%t: index, %in: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c2_region_without_tile_index(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{region has 1 arguments; expected 2}}
  llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>] reuses [] scratch [] {
  ^bb0(%in: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c2_tile_index_is_no_index(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{tile index 0 has type 'i32'}}
  llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>] reuses [] scratch [] {
  ^bb0(%t: i32, %in: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c2_region_without_scratch(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{region has 2 arguments; expected 3}}
  llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>] reuses [] scratch [memref<16xf32>] {
  ^bb0(%t: index, %in: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c3_no_entry_for_a_result(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{has 1 results but 0 entries of reuses}}
  %y = llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>] reuses [] scratch [] -> tensor<?x64xf32> {
  ^bb0(%t: index, %in: memref<?x64xf32>, %out: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c3_reuse_of_no_input(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{reuses names input 1 of 1}}
  %y = llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>] reuses [1] scratch [] -> tensor<?x64xf32> {
  ^bb0(%t: index, %in: memref<?x64xf32>, %out: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c4_symbols_are_missing(%x: tensor<?x64xf32>) {
  // expected-error@+1 {{tiles must be extents of 5 symbols; found affine_map<()[s0] -> (s0)>}}
  llm.phase "p" tiles affine_map<()[r] -> (r)> inputs(%x : tensor<?x64xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>] reuses [] scratch [] {
  ^bb0(%t: index, %in: memref<?x64xf32>):
    llm.yield
  }
  return
}

// -----

func.func @c4_no_extent() {
  // expected-error@+1 {{tiles must be extents of 5 symbols; found affine_map<()[s0, s1, s2, s3, s4] -> ()>}}
  llm.phase "p" tiles affine_map<()[r, s, o, p, c] -> ()> accesses [] reuses [] scratch [] {
    llm.yield
  }
  return
}
