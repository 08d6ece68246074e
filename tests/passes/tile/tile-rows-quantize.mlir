// RUN: llm-opt %s --llm-tile-rows | FileCheck %s

// 32 columns at a time: their largest magnitude, 127 of it to the unit.
// CHECK-LABEL: llm.step @one
//       CHECK:   llm.phase "quantize_rows"
//       CHECK:     arith.maxsi {{.*}} : vector<16xi32>
//       CHECK:     arith.maxsi {{.*}} : vector<8xi32>
//       CHECK:     arith.constant 1.270000e+02 : f32
//       CHECK:     math.roundeven {{.*}} : vector<16xf32>
//       CHECK:     vector.store {{.*}} : memref<?x64xi8>, vector<16xi8>
llm.step @one rows [1, 1] arguments ["x"] outputs ["q", "s", "u"] {
^bb0(%x: tensor<?x64xf32>):
  %q, %s, %u = llm.quantize_rows %x : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x2xf32>, tensor<?x4xi32>
  llm.yield %q, %s, %u : tensor<?x64xi8>, tensor<?x2xf32>, tensor<?x4xi32>
}
