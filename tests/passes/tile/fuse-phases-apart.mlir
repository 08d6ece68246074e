// RUN: llm-opt %s --llm-tile-rows=block-rows=4 --llm-tile-linear="register-rows=1 panels=1" --llm-fuse-phases --split-input-file | FileCheck %s

// Other tiles: panels of weights.
// CHECK-LABEL: llm.step @linear
//       CHECK:   llm.phase "negf"
//       CHECK:   llm.phase "linear"
//       CHECK:   llm.phase "negf"
llm.parameter @w : !llm.packed<32x32, #llm.dense<f32>> from "F32" ["w"]

llm.step @linear rows [2, 8] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x32xf32>):
  %w = llm.weight @w : !llm.packed<32x32, #llm.dense<f32>>
  %a = arith.negf %x : tensor<?x32xf32>
  %b = llm.linear %a, %w : tensor<?x32xf32>, !llm.packed<32x32, #llm.dense<f32>> -> tensor<?x32xf32>
  %y = arith.negf %b : tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}

// -----

// A row that is found through data may be another tile's.
// CHECK-LABEL: llm.step @gathered
//       CHECK:   llm.phase "first"
//       CHECK:   llm.phase "second"
llm.step @gathered rows [2, 8] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>):
  %a = llm.phase "first" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x16xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>]
      reuses [-1] scratch [] -> tensor<?x16xf32> {
  ^bb0(%t: index, %in: memref<?x16xf32>, %out: memref<?x16xf32>):
    llm.yield
  }
  %y = llm.phase "second" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%a : tensor<?x16xf32>)
      accesses [#llm.access<(d0) -> (0)>, #llm.access<(d0) -> (d0, 0), [1, -1]>]
      reuses [-1] scratch [] -> tensor<?x16xf32> {
  ^bb0(%t: index, %in: memref<?x16xf32>, %out: memref<?x16xf32>):
    llm.yield
  }
  llm.yield %y : tensor<?x16xf32>
}

// -----

// What the second reads as it was before the first: its buffer is not taken.
// CHECK-LABEL: llm.step @old_and_new
//       CHECK:   llm.phase "negf+addf"
//  CHECK-SAME:     reuses [-1, -1]
llm.step @old_and_new rows [2, 8] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x32xf32>):
  %a = arith.negf %x : tensor<?x32xf32>
  %y = arith.addf %x, %a : tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}

// -----

// Layers stay apart from what stands before and after them.
// CHECK-LABEL: llm.step @layers
//       CHECK:   llm.phase "negf"
//       CHECK:   llm.repeat
//       CHECK:     llm.phase "negf+negf"
//       CHECK:   llm.phase "negf"
llm.step @layers rows [2, 8] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x32xf32>):
  %a = arith.negf %x : tensor<?x32xf32>
  %b = llm.repeat %a kinds [0, 0] : tensor<?x32xf32> {
  ^bb0(%h: tensor<?x32xf32>, %layer: index):
    %c = arith.negf %h : tensor<?x32xf32>
    %d = arith.negf %c : tensor<?x32xf32>
    llm.yield %d : tensor<?x32xf32>
  }
  %y = arith.negf %b : tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}
