// RUN: llm-opt %s --llm-expand-weight-tiles | FileCheck %s

// Two in features lie in 4 bytes: the upper one needs a mask, the lower a shift.
// CHECK-LABEL: func.func @bf16(
//       CHECK:   %[[PAIRS:.*]] = vector.bitcast %{{.*}} : vector<64xi8> to vector<16xi32>
//       CHECK:   arith.shli %[[PAIRS]]
//       CHECK:   arith.andi %[[PAIRS]]
func.func @bf16(%x: memref<?x64xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x64, #llm.dense<bf16>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}

// CHECK-LABEL: func.func @f16(
// CHECK-COUNT-2: arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
func.func @f16(%x: memref<?x64xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x64, #llm.dense<f16>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}

// Q4_0: scale * (q - 8) is one fused multiply-add, the addend shared by a group.
// CHECK-LABEL: func.func @four_bits_with_zero(
//       CHECK:   %[[SCALE:.*]] = arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
//       CHECK:   %[[ADDEND:.*]] = arith.mulf %[[SCALE]]
//       CHECK:   %[[QUANT:.*]] = arith.sitofp %{{.*}} : vector<16xi32> to vector<16xf32>
//       CHECK:   vector.fma %[[QUANT]], %[[SCALE]], %[[ADDEND]]
func.func @four_bits_with_zero(%x: memref<?x64xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}

// Q4_1: scale * q - minimum.
// CHECK-LABEL: func.func @minimum(
//       CHECK:   %[[SCALE:.*]] = arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
//       CHECK:   %[[MINIMUM:.*]] = arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
//       CHECK:   %[[ADDEND:.*]] = arith.negf %[[MINIMUM]]
//       CHECK:   vector.fma %{{.*}}, %[[SCALE]], %[[ADDEND]]
func.func @minimum(%x: memref<?x64xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = true, super = 0>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}

// CHECK-LABEL: func.func @scale_alone(
//       CHECK:   %[[QUANT:.*]] = arith.sitofp
//       CHECK:   arith.mulf %[[QUANT]]
func.func @scale_alone(%x: memref<?x64xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x64, #llm.grouped<bits = 8, group = 32, zero = 0, minimum = false, super = 0>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}

// Five bits are a plane of 4 and one of 1, put together by an or.
// CHECK-LABEL: func.func @planes(
//       CHECK:   %[[HIGH:.*]] = arith.shli
//       CHECK:   arith.ori %{{.*}}, %[[HIGH]]
func.func @planes(%x: memref<?x64xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x64, #llm.grouped<bits = 5, group = 32, zero = 16, minimum = false, super = 0>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}

// Q6_K: the scale of 16 in features is an f16 times an i8.
// CHECK-LABEL: func.func @two_levels(
//       CHECK:   %[[SUPER:.*]] = arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
//       CHECK:   %[[SUB:.*]] = arith.sitofp %{{.*}} : vector<16xi8> to vector<16xf32>
//       CHECK:   arith.mulf %[[SUPER]], %[[SUB]]
func.func @two_levels(%x: memref<?x256xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x256, #llm.grouped<bits = 6, group = 16, zero = 32, minimum = false, super = 256>>]
    : memref<?x256xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}

// MatMulNBits: scales are f32, and a zero point of each group leaves (q - zero) * scale
// to be rounded once.
// CHECK-LABEL: func.func @zero_points(
//       CHECK:   %[[ZERO:.*]] = arith.uitofp %{{.*}} : vector<16xi8> to vector<16xf32>
//       CHECK:   %[[QUANT:.*]] = arith.sitofp %{{.*}} : vector<16xi32> to vector<16xf32>
//       CHECK:   %[[STEPS:.*]] = arith.subf %[[QUANT]], %[[ZERO]]
//       CHECK:   arith.mulf %[[STEPS]], %{{.*}} : vector<16xf32>
func.func @zero_points(%x: memref<?x64xf32>, %row: index, %w: memref<?xi8>, %panel: index) -> vector<1x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%panel] types [!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = false, super = 0, scaleBits = 32, zeros = true>>]
    : memref<?x64xf32>, memref<?xi8> -> vector<1x16xf32>
  return %y : vector<1x16xf32>
}
