// RUN: llm-opt %s --llm-tile-linear="register-rows=1,4 panels=2,1 chunk-rows=96 matrix-rows=32" | FileCheck %s

// Where matrix instructions multiply bf16: two panels, and as many rows as they
// take; if there are so many, and in features fill whole registers.
// CHECK-LABEL: llm.step @few
//       CHECK:   llm.linear_tile {{.*}} -> vector<4x16xf32>
// CHECK-LABEL: llm.step @many
//       CHECK:   #llm.access<(d0, d1) -> (d1 * 96, 0), [96, 32]>
//       CHECK:   llm.linear_tile {{.*}} -> vector<32x16xf32>, vector<32x16xf32>
// CHECK-LABEL: llm.step @odd
//       CHECK:   llm.linear_tile {{.*}} -> vector<4x16xf32>
// CHECK-LABEL: llm.step @floats
//       CHECK:   llm.linear_tile {{.*}} -> vector<4x16xf32>
llm.parameter @w : !llm.packed<32x32, #llm.dense<bf16>> from "BF16" ["w"]
llm.parameter @odd_w : !llm.packed<32x48, #llm.dense<bf16>> from "BF16" ["v"]

llm.step @few rows [5, 31] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x32xbf16>):
  %w = llm.weight @w : !llm.packed<32x32, #llm.dense<bf16>>
  %y = llm.linear %x, %w : tensor<?x32xbf16>, !llm.packed<32x32, #llm.dense<bf16>> -> tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}

llm.step @many rows [32, 512] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x32xbf16>):
  %w = llm.weight @w : !llm.packed<32x32, #llm.dense<bf16>>
  %y = llm.linear %x, %w : tensor<?x32xbf16>, !llm.packed<32x32, #llm.dense<bf16>> -> tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}

llm.step @odd rows [32, 512] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x48xbf16>):
  %w = llm.weight @odd_w : !llm.packed<32x48, #llm.dense<bf16>>
  %y = llm.linear %x, %w : tensor<?x48xbf16>, !llm.packed<32x48, #llm.dense<bf16>> -> tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}

llm.step @floats rows [32, 512] arguments ["x"] outputs ["y"] {
^bb0(%x: tensor<?x32xf32>):
  %w = llm.weight @w : !llm.packed<32x32, #llm.dense<bf16>>
  %y = llm.linear %x, %w : tensor<?x32xf32>, !llm.packed<32x32, #llm.dense<bf16>> -> tensor<?x32xf32>
  llm.yield %y : tensor<?x32xf32>
}
