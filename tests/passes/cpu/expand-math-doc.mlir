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

// CHECK-LABEL: func.func @largest(
//  CHECK-SAME:   %[[X:.*]]: memref<16xf32>, %[[START:.*]]: f32
//       CHECK:   scf.for {{.*}} iter_args(%[[TOP:.*]] = %[[START]])
//       CHECK:     %[[NEXT:.*]] = memref.load %[[X]]
//       CHECK:     arith.maximumf %[[NEXT]], %[[TOP]] fastmath<nsz>
func.func @largest(%x: memref<16xf32>, %start: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %largest = scf.for %i = %c0 to %c16 step %c1 iter_args(%top = %start) -> (f32) {
    %next = memref.load %x[%i] : memref<16xf32>
    %new = arith.maximumf %top, %next : f32
    scf.yield %new : f32
  }
  return %largest : f32
}
