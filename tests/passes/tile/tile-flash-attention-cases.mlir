// RUN: llm-opt %s --llm-tile-flash-attention=register-rows=4 --split-input-file | FileCheck %s

// With few rows, spans of a context are tiles, and no row needs a search for the
// end of its sequence; six query heads of a key head are two groups of at most
// four. The next page is asked for while one is looked at. Then the spans of each
// head are added up: 64 of them at most, 16 numbers and maximum and sum each.
// CHECK:     #[[$SPANS:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (4, s0, s4 ceildiv 128)>
// CHECK:     #[[$HEADS:.*]] = affine_map<()[s0, s1, s2, s3, s4] -> (12, s0)>
// CHECK-LABEL: llm.step @one_row
//       CHECK:   %[[PARTS:.*]] = llm.phase "attention_spans" tiles #[[$SPANS]]
//   CHECK-NOT:   scf.while
//       CHECK:   llm.keys
//       CHECK:   memref.prefetch
//   CHECK-NOT:   scf.while
//       CHECK:   llm.phase "attention" tiles #[[$HEADS]] inputs(%[[PARTS]],
//  CHECK-SAME:     tensor<?x24576xf32>
llm.state_group @group.0 : !llm.state<heads = 2, head_dim = 16, page = 16, window = 0, element = f32> layers [0]

llm.step @one_row rows [1, 1] arguments ["x", "slots", "sequence_ids", "sequence_starts", "state_table.0"] outputs ["y"] {
^bb0(%x: tensor<?x192xf32>, %slots: tensor<?xi32>, %ids: tensor<?xi32>, %starts: tensor<?xi32>, %table: tensor<?x?xi32>):
  %y = llm.repeat %x kinds [0] : tensor<?x192xf32> {
  ^bb0(%q: tensor<?x192xf32>, %layer: index):
    %s = llm.state @group.0[%layer] : !llm.state<heads = 2, head_dim = 16, page = 16, window = 0, element = f32>
    %a = llm.paged_attention %q, %s {heads = 12 : i64, scale = 0.25 : f32}
      : tensor<?x192xf32>, !llm.state<heads = 2, head_dim = 16, page = 16, window = 0, element = f32>
    llm.yield %a : tensor<?x192xf32>
  }
  llm.yield %y : tensor<?x192xf32>
}

// -----

// Scores are capped before they are masked; sums begin with the sinks.
// CHECK-LABEL: llm.step @sinks_and_a_soft_cap
//       CHECK:   %[[SINKS:.*]] = llm.weight @sinks
//       CHECK:   llm.phase "attention" {{.*}}%[[SINKS]]
//       CHECK:     scf.while
//       CHECK:       memref.load %{{.*}} : memref<2xf32
//       CHECK:       math.tanh
//       CHECK:       arith.select
llm.parameter @sinks : tensor<2xf32> from "F32" ["sinks"]
llm.state_group @group.0 : !llm.state<heads = 1, head_dim = 16, page = 16, window = 0, element = f32> layers [0]

llm.step @sinks_and_a_soft_cap rows [2, 64] arguments ["x", "slots", "sequence_ids", "sequence_starts", "state_table.0"] outputs ["y"] {
^bb0(%x: tensor<?x32xf32>, %slots: tensor<?xi32>, %ids: tensor<?xi32>, %starts: tensor<?xi32>, %table: tensor<?x?xi32>):
  %y = llm.repeat %x kinds [0] : tensor<?x32xf32> {
  ^bb0(%q: tensor<?x32xf32>, %layer: index):
    %s = llm.state @group.0[%layer] : !llm.state<heads = 1, head_dim = 16, page = 16, window = 0, element = f32>
    %sinks = llm.weight @sinks : tensor<2xf32>
    %a = llm.paged_attention %q, %s sinks(%sinks : tensor<2xf32>) {heads = 2 : i64, scale = 0.25 : f32, soft_cap = 20.0 : f32}
      : tensor<?x32xf32>, !llm.state<heads = 1, head_dim = 16, page = 16, window = 0, element = f32>
    llm.yield %a : tensor<?x32xf32>
  }
  llm.yield %y : tensor<?x32xf32>
}

// -----

// A block may hold rows of several sequences.
// CHECK-LABEL: llm.step @several_sequences
//       CHECK:   scf.while
// Its rows, or one row of a sequence that is being decoded.
//       CHECK:     scf.if
//       CHECK:       llm.keys
//       CHECK:     } else {
//       CHECK:       llm.keys
// Causality is one comparison; the window adds another.
//       CHECK:     arith.cmpi sle
//       CHECK:     arith.cmpi sgt
llm.state_group @group.0 : !llm.state<heads = 1, head_dim = 16, page = 16, window = 8, element = f32> layers [0]

llm.step @several_sequences rows [2, 64] arguments ["x", "slots", "sequence_ids", "sequence_starts", "state_table.0"] outputs ["y"] {
^bb0(%x: tensor<?x16xf32>, %slots: tensor<?xi32>, %ids: tensor<?xi32>, %starts: tensor<?xi32>, %table: tensor<?x?xi32>):
  %y = llm.repeat %x kinds [0] : tensor<?x16xf32> {
  ^bb0(%q: tensor<?x16xf32>, %layer: index):
    %s = llm.state @group.0[%layer] : !llm.state<heads = 1, head_dim = 16, page = 16, window = 8, element = f32>
    %a = llm.paged_attention %q, %s {heads = 1 : i64, scale = 0.25 : f32}
      : tensor<?x16xf32>, !llm.state<heads = 1, head_dim = 16, page = 16, window = 8, element = f32>
    llm.yield %a : tensor<?x16xf32>
  }
  llm.yield %y : tensor<?x16xf32>
}
