// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file | FileCheck %s

// A byte without a sign meets one with a sign as it is; the left zero point is taken
// away where they are multiplied.
// CHECK-LABEL: func.func @graph(
//   CHECK-NOT: arith.xori
//       CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]} ins(%{{.*}} : tensor<2x3xi8>, tensor<3x4xi8>, tensor<i32>)
//       CHECK:   %[[X:.*]] = arith.extui
//       CHECK:   %[[DIFFERENCE:.*]] = arith.subi %[[X]],
//       CHECK:   %[[Y:.*]] = arith.extsi
//       CHECK:   arith.muli %[[DIFFERENCE]], %[[Y]]
//   CHECK-NOT: reduction
onnx.graph @main(%a: tensor<2x3xui8>, %b: tensor<3x4xi8>, %z: tensor<ui8>) -> (tensor<2x4xi32>) {
  %y = "onnx.MatMulInteger.10"(%a, %b, %z) {operandSegmentSizes = array<i32: 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xui8>, tensor<3x4xi8>, tensor<ui8>) -> tensor<2x4xi32>
  onnx.return %y : tensor<2x4xi32>
}

// -----

// Where signs agree the left one moves, with a zero point of its own; the right zero
// points are taken from the sums of rows.
// CHECK-LABEL: func.func @graph(
//       CHECK: arith.xori
//       CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]} ins(%{{.*}} : tensor<2x3xi8>, tensor<3x4xi8>, tensor<i32>)
//       CHECK:   arith.extsi
//       CHECK:   arith.extui
//       CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]}
//       CHECK: arith.muli
//       CHECK: arith.subi
onnx.graph @main(%a: tensor<2x3xui8>, %b: tensor<3x4xui8>, %za: tensor<ui8>, %zb: tensor<4xui8>) -> (tensor<2x4xi32>) {
  %y = "onnx.MatMulInteger.10"(%a, %b, %za, %zb) {operandSegmentSizes = array<i32: 1, 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xui8>, tensor<3x4xui8>, tensor<ui8>, tensor<4xui8>) -> tensor<2x4xi32>
  onnx.return %y : tensor<2x4xi32>
}

// -----

// Windows see the zero point outside of the image, so that sums begin at what it makes
// of each channel's weights.
// CHECK-LABEL: func.func @graph(
//       CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction", "reduction", "reduction"]}
//       CHECK: linalg.generic {{.*}}"reduction", "reduction", "reduction"]} ins(%{{.*}} : tensor<1x3x10x10xi8>, tensor<4x3x3x3xi8>)
onnx.graph @main(%x: tensor<1x3x8x8xui8>, %w: tensor<4x3x3x3xi8>, %z: tensor<ui8>) -> (tensor<1x4x8x8xi32>) {
  %y = "onnx.ConvInteger.10"(%x, %w, %z) {pads = array<i64: 1, 1, 1, 1>, operandSegmentSizes = array<i32: 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x3x8x8xui8>, tensor<4x3x3x3xi8>, tensor<ui8>) -> tensor<1x4x8x8xi32>
  onnx.return %y : tensor<1x4x8x8xi32>
}

// -----

// What DequantizeLinear makes of bytes is multiplied as bytes, and the sums are scaled.
// CHECK-LABEL: func.func @graph(
//   CHECK-NOT: arith.mulf
//       CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]} ins(%{{.*}} : tensor<2x3xi8>, tensor<3x4xi8>)
//       CHECK: %[[SCALE:.*]] = arith.mulf
//       CHECK: %[[SUM:.*]] = arith.sitofp
//       CHECK: arith.mulf %[[SUM]], %[[SCALE]]
onnx.graph @main(%a: tensor<2x3xui8>, %b: tensor<3x4xi8>, %s: tensor<f32>, %t: tensor<4xf32>) -> (tensor<2x4xf32>) {
  %x = "onnx.DequantizeLinear.13"(%a, %s) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xui8>, tensor<f32>) -> tensor<2x3xf32>
  %w = "onnx.DequantizeLinear.13"(%b, %t) {axis = 1 : i64, operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<3x4xi8>, tensor<4xf32>) -> tensor<3x4xf32>
  %y = "onnx.MatMul.13"(%x, %w) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  onnx.return %y : tensor<2x4xf32>
}

// -----

// Not where scales differ among what is summed.
// CHECK-LABEL: func.func @graph(
//       CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]} ins(%{{.*}} : tensor<2x3xf32>, tensor<3x4xf32>)
onnx.graph @main(%a: tensor<2x3xui8>, %b: tensor<3x4xi8>, %s: tensor<f32>, %t: tensor<3xf32>) -> (tensor<2x4xf32>) {
  %x = "onnx.DequantizeLinear.13"(%a, %s) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xui8>, tensor<f32>) -> tensor<2x3xf32>
  %w = "onnx.DequantizeLinear.13"(%b, %t) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<3x4xi8>, tensor<3xf32>) -> tensor<3x4xf32>
  %y = "onnx.MatMul.13"(%x, %w) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  onnx.return %y : tensor<2x4xf32>
}

// -----

// Convolutions likewise, their bias in floats.
// CHECK-LABEL: func.func @graph(
//       CHECK: linalg.generic {{.*}}"reduction", "reduction", "reduction"]} ins(%{{.*}} : tensor<1x3x8x8xi8>, tensor<4x3x3x3xi8>)
//       CHECK: arith.sitofp
//       CHECK: arith.mulf
//       CHECK: arith.addf
onnx.graph @main(%a: tensor<1x3x8x8xui8>, %b: tensor<4x3x3x3xi8>, %s: tensor<f32>, %t: tensor<4xf32>, %c: tensor<4xf32>) -> (tensor<1x4x6x6xf32>) {
  %x = "onnx.DequantizeLinear.13"(%a, %s) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<1x3x8x8xui8>, tensor<f32>) -> tensor<1x3x8x8xf32>
  %w = "onnx.DequantizeLinear.13"(%b, %t) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1>} : (tensor<4x3x3x3xi8>, tensor<4xf32>) -> tensor<4x3x3x3xf32>
  %y = "onnx.Conv.11"(%x, %w, %c) {operandSegmentSizes = array<i32: 1, 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  onnx.return %y : tensor<1x4x6x6xf32>
}
