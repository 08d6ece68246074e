// RUN: llm-opt %s --llm-fuse-gated-linear | FileCheck %s

// CHECK-LABEL: func.func @gate_on_the_right(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>, %[[GATE:[^:]*]]: !llm.packed{{.*}}, %[[UP:[^:]*]]: !llm.packed
//       CHECK:   llm.gated_linear "silu" %[[X]], %[[GATE]], %[[UP]]
func.func @gate_on_the_right(
    %x: tensor<?x8xf32>, %gate: !llm.packed<16x8, #llm.dense<f32>>, %up: !llm.packed<16x8, #llm.dense<f16>>)
    -> tensor<?x16xf32> {
  %g = llm.linear %x, %gate : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s = llm.silu %g : tensor<?x16xf32>
  %u = llm.linear %x, %up : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f16>> -> tensor<?x16xf32>
  %y = arith.mulf %u, %s : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @keeps_both_biases(
//  CHECK-SAME:     %[[B:[^:]*]]: tensor<16xf32>, %[[C:[^:]*]]: tensor<16xf32>
//       CHECK:   llm.gated_linear {{.*}} bias %[[B]], %[[C]] : tensor<16xf32>, tensor<16xf32>
func.func @keeps_both_biases(
    %x: tensor<?x8xf32>, %b: tensor<16xf32>, %c: tensor<16xf32>, %w: !llm.packed<16x8, #llm.dense<f32>>)
    -> tensor<?x16xf32> {
  %g = llm.linear %x, %w bias %b : tensor<16xf32>
    : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s = llm.silu %g : tensor<?x16xf32>
  %u = llm.linear %x, %w bias %c : tensor<16xf32>
    : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %s, %u : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @gates_with_gelu(
//       CHECK:   llm.gated_linear "gelu_tanh"
//   CHECK-NOT:   llm.linear
//       CHECK:   llm.gated_linear "gelu_erf"
//   CHECK-NOT:   llm.linear
func.func @gates_with_gelu(
    %x: tensor<?x8xf32>, %gate: !llm.packed<16x8, #llm.dense<f32>>, %up: !llm.packed<16x8, #llm.dense<f32>>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %g = llm.linear %x, %gate : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %t = llm.gelu "tanh" %g : tensor<?x16xf32>
  %u = llm.linear %x, %up : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %t, %u : tensor<?x16xf32>
  %h = llm.linear %x, %gate : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %e = llm.gelu "erf" %h : tensor<?x16xf32>
  %v = llm.linear %x, %up : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %z = arith.mulf %e, %v : tensor<?x16xf32>
  return %y, %z : tensor<?x16xf32>, tensor<?x16xf32>
}

// CHECK-LABEL: func.func @gates_with_relu(
//       CHECK:   llm.gated_linear "relu"
//   CHECK-NOT:   llm.linear
func.func @gates_with_relu(
    %x: tensor<?x8xf32>, %gate: !llm.packed<16x8, #llm.dense<f32>>, %up: !llm.packed<16x8, #llm.dense<f32>>)
    -> tensor<?x16xf32> {
  %g = llm.linear %x, %gate : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %r = llm.relu %g : tensor<?x16xf32>
  %u = llm.linear %x, %up : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %r, %u : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
