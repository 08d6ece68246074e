// RUN: llm-opt %s --llm-expand-math | FileCheck %s

// CHECK-LABEL: func.func @of_single_numbers(
//   CHECK-NOT:   math.{{exp|log|sin|cos}}
//       CHECK:   math.fma {{.*}} : f32
//   CHECK-NOT:   math.{{exp|log|sin|cos}}
//       CHECK:   return
func.func @of_single_numbers(%x: f32) -> (f32, f32, f32, f32) {
  %e = math.exp %x : f32
  %l = math.log %x : f32
  %s = math.sin %x : f32
  %c = math.cos %x : f32
  return %e, %l, %s, %c : f32, f32, f32, f32
}

// Both parts of a quadrant come from one polynomial each; selects pick them.
// CHECK-LABEL: func.func @sine(
//       CHECK:   arith.fptosi
//       CHECK:   arith.select
//       CHECK:   arith.negf
//       CHECK:   arith.select
func.func @sine(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.sin %x : vector<16xf32>
  return %y : vector<16xf32>
}

// Instructions of the machine, and what has no polynomial here.
// CHECK-LABEL: func.func @leaves_the_rest(
//       CHECK:   math.sqrt
//       CHECK:   math.exp %{{.*}} : f64
func.func @leaves_the_rest(%x: vector<16xf32>, %d: f64) -> (vector<16xf32>, f64) {
  %y = math.sqrt %x : vector<16xf32>
  %e = math.exp %d : f64
  return %y, %e : vector<16xf32>, f64
}
