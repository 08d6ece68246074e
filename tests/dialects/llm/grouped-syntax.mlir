// RUN: llm-opt %s | llm-opt | FileCheck %s

// Q4_0, Q4_1 and Q4_K of GGUF.
// CHECK: func.func private @scale(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>)
func.func private @scale(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>)
// CHECK: func.func private @scale_and_minimum(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = true, super = 0>>)
func.func private @scale_and_minimum(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = true, super = 0>>)
// CHECK: func.func private @two_levels(!llm.packed<16x256, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = true, super = 256>>)
func.func private @two_levels(!llm.packed<16x256, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = true, super = 256>>)

// MatMulNBits of ONNX Runtime, with one zero point and with one for each group.
// CHECK: func.func private @wide_scales(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0, scaleBits = 32>>)
func.func private @wide_scales(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0, scaleBits = 32>>)
// CHECK: func.func private @zero_points(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = false, super = 0, zeros = true>>)
func.func private @zero_points(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = false, super = 0, zeros = true>>)
