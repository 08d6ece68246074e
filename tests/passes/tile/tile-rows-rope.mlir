// RUN: llm-opt %s --llm-tile-rows | FileCheck %s

// Pairs side by side are parted, rotated and joined, and what fills no vector goes
// pair by pair; long contexts have other frequencies.
// CHECK-LABEL: llm.step @pairs_side_by_side
//       CHECK:   llm.phase "rotary_table"
//       CHECK:     %[[GROWN:.*]] = arith.cmpf ogt
//       CHECK:     arith.select %[[GROWN]], %{{.*}}, %{{.*}} : vector<16xf32>
//       CHECK:   llm.phase "rope"
//       CHECK:     vector.shuffle %[[A:.*]], %[[B:.*]] [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]
//       CHECK:     vector.shuffle %[[A]], %[[B]] [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31]
//       CHECK:     vector.shuffle %[[X:.*]], %[[Y:.*]] [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23]
//       CHECK:     vector.shuffle %[[X]], %[[Y]] [8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31]
//       CHECK:     memref.store
llm.step @pairs_side_by_side rows [1, 1] arguments ["x", "positions", "sequence_ids", "prompt_lengths"] outputs ["y"] {
^bb0(%x: tensor<?x64xf32>, %positions: tensor<?xi32>, %ids: tensor<?xi32>, %lengths: tensor<?xi32>):
  %t = llm.rotary_table %positions {dynamic_maximum = 64 : i64, scale = 1.0 : f32,
    inverse_frequencies = array<f32: 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.09, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03>,
    long_frequencies = array<f32: 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02, 0.01, 0.009, 0.008, 0.007, 0.006, 0.005, 0.004, 0.003>}
    : tensor<?xi32> -> tensor<?x34xf32>
  %y = llm.rope %x, %t {heads = 1 : i64, interleaved} : tensor<?x64xf32>, tensor<?x34xf32>
  llm.yield %y : tensor<?x64xf32>
}
