// RUN: llm-opt %s --llm-fuse-gated-linear | FileCheck %s

// CHECK-LABEL: func.func @an_up_projection_read_twice(
//   CHECK-NOT:   llm.gated_linear
//       CHECK:   arith.mulf
func.func @an_up_projection_read_twice(%x: tensor<?x8xf32>, %w: !llm.packed<16x8, #llm.dense<f32>>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %g = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s = llm.silu %g : tensor<?x16xf32>
  %u = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %s, %u : tensor<?x16xf32>
  return %y, %u : tensor<?x16xf32>, tensor<?x16xf32>
}

// CHECK-LABEL: func.func @an_activation_read_twice(
//   CHECK-NOT:   llm.gated_linear
//       CHECK:   arith.mulf
func.func @an_activation_read_twice(%x: tensor<?x8xf32>, %w: !llm.packed<16x8, #llm.dense<f32>>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %g = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s = llm.silu %g : tensor<?x16xf32>
  %u = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %s, %u : tensor<?x16xf32>
  return %y, %s : tensor<?x16xf32>, tensor<?x16xf32>
}

// CHECK-LABEL: func.func @projections_of_different_inputs(
//   CHECK-NOT:   llm.gated_linear
//       CHECK:   arith.mulf
func.func @projections_of_different_inputs(
    %x: tensor<?x8xf32>, %z: tensor<?x8xf32>, %w: !llm.packed<16x8, #llm.dense<f32>>) -> tensor<?x16xf32> {
  %g = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s = llm.silu %g : tensor<?x16xf32>
  %u = llm.linear %z, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %s, %u : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @a_bias_on_one_of_two(
//   CHECK-NOT:   llm.gated_linear
//       CHECK:   arith.mulf
func.func @a_bias_on_one_of_two(
    %x: tensor<?x8xf32>, %b: tensor<16xf32>, %w: !llm.packed<16x8, #llm.dense<f32>>) -> tensor<?x16xf32> {
  %g = llm.linear %x, %w bias %b : tensor<16xf32>
    : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %s = llm.silu %g : tensor<?x16xf32>
  %u = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %s, %u : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @a_product_without_activation(
//   CHECK-NOT:   llm.gated_linear
//       CHECK:   arith.mulf
func.func @a_product_without_activation(%x: tensor<?x8xf32>, %w: !llm.packed<16x8, #llm.dense<f32>>)
    -> tensor<?x16xf32> {
  %g = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %u = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  %y = arith.mulf %g, %u : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// One of them as integers and one in bf16 is more than both in f32.
// CHECK-LABEL: func.func @weights_of_two_kinds(
//   CHECK-NOT:   llm.gated_linear
//       CHECK:   arith.mulf
func.func @weights_of_two_kinds(
    %x: tensor<?x8xf32>, %w: !llm.packed<16x8, #llm.dense<bf16>>,
    %v: !llm.packed<16x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>)
    -> tensor<?x16xf32> {
  %g = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<bf16>> -> tensor<?x16xf32>
  %s = llm.silu %g : tensor<?x16xf32>
  %u = llm.linear %x, %v : tensor<?x8xf32>, !llm.packed<16x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> -> tensor<?x16xf32>
  %y = arith.mulf %s, %u : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
