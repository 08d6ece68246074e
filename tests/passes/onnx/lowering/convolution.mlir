// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// A padded copy, written in one pass, then one nest in which windows step by
// the stride.
// CHECK: #[[$WINDOW:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d4, d2 * 2 + d5, d3 * 2 + d6)>
// CHECK-LABEL: func.func @graph(
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1x3x9x9xf32>
// CHECK: %[[PADDED:.*]] = linalg.generic {{.*}} outs(%[[EMPTY]]
// CHECK: scf.if
// CHECK: tensor.extract
// CHECK: linalg.generic {indexing_maps = [#[[$WINDOW]],
// CHECK-SAME: ins(%[[PADDED]],
onnx.graph @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> (tensor<1x4x4x4xf32>) {
  %0 = "onnx.Conv.11"(%x, %w) {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>, operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x4x4xf32>
  onnx.return %0 : tensor<1x4x4x4xf32>
}

// -----

// Pointwise: a product of matrices, nothing is copied.
// CHECK-LABEL: func.func @graph(
// CHECK-NOT: tensor.extract
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]
onnx.graph @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x1x1xf32>) -> (tensor<1x4x8x8xf32>) {
  %0 = "onnx.Conv.11"(%x, %w) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
  onnx.return %0 : tensor<1x4x8x8xf32>
}

// -----

// Channels of their own are no groups: what is done to the result can join the sums.
// CHECK-LABEL: func.func @graph(
// CHECK-NOT: tensor.expand_shape {{.*}} into tensor<1x4x1x6x6xf32>
// CHECK: linalg.generic {{.*}}"reduction", "reduction"]} ins(%{{.*}}, %{{.*}} : tensor<1x4x8x8xf32>, tensor<4x3x3xf32>) outs(%{{.*}} : tensor<1x4x6x6xf32>)
onnx.graph @main(%x: tensor<1x4x8x8xf32>, %w: tensor<4x1x3x3xf32>) -> (tensor<1x4x6x6xf32>) {
  %0 = "onnx.Conv.11"(%x, %w) {group = 4 : i64, operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x4x8x8xf32>, tensor<4x1x3x3xf32>) -> tensor<1x4x6x6xf32>
  onnx.return %0 : tensor<1x4x6x6xf32>
}

// -----

// Sizes that only the run knows are checked by it.
// CHECK-LABEL: func.func @graph(
// CHECK: llm.require %{{.*}}, "Conv: the input's channels are not those of the weights times the groups"
// CHECK: llm.require %{{.*}}, "Conv: the kernel is larger than the padded input"
onnx.graph @main(%x: tensor<?x?x?x?xf32>, %w: tensor<4x1x3x3xf32>) -> (tensor<?x4x?x?xf32>) {
  %0 = "onnx.Conv.11"(%x, %w) {group = 4 : i64, operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<?x?x?x?xf32>, tensor<4x1x3x3xf32>) -> tensor<?x4x?x?xf32>
  onnx.return %0 : tensor<?x4x?x?xf32>
}

// -----

onnx.graph @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> (tensor<1x4x6x6xf32>) {
  // expected-error@+1 {{Conv: strides has 1 numbers; expected 2}}
  %0 = "onnx.Conv.11"(%x, %w) {strides = array<i64: 2>, operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  onnx.return %0 : tensor<1x4x6x6xf32>
}

// -----

onnx.graph @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> (tensor<1x4x6x6xf32>) {
  // expected-error@+1 {{Conv: auto_pad 'SAME'; accepted: NOTSET, SAME_UPPER, SAME_LOWER, VALID}}
  %0 = "onnx.Conv.11"(%x, %w) {auto_pad = "SAME", operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  onnx.return %0 : tensor<1x4x6x6xf32>
}
