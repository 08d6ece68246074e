// RUN: llm-opt %s --llm-expand-math | FileCheck %s

// CHECK-LABEL: func.func @exp_of_a_vector(
//   CHECK-NOT:   math.exp
//       CHECK:   math.fma {{.*}} : vector<16xf32>
//       CHECK:   arith.shli {{.*}} : vector<16xi32>
//       CHECK:   arith.bitcast {{.*}} : vector<16xi32> to vector<16xf32>
func.func @exp_of_a_vector(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}
