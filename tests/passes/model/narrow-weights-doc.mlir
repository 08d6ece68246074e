// RUN: llm-opt %s --llm-narrow-weights=element=bf16 | FileCheck %s

// CHECK: llm.parameter @dense : !llm.packed<32x64, #llm.dense<bf16>> from "F32"
llm.parameter @dense : !llm.packed<32x64, #llm.dense<f32>> from "F32" ["a"]

// What is quantized already keeps its values.
// CHECK: llm.parameter @grouped : !llm.packed<32x64, #llm.grouped<
llm.parameter @grouped : !llm.packed<32x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> from "Q4_0" ["b"]

// CHECK: llm.parameter @vector : tensor<64xf32>
llm.parameter @vector : tensor<64xf32> from "F32" ["c"]

// CHECK-LABEL: func.func @readers_see_the_new_type
//       CHECK:   llm.weight @dense : !llm.packed<32x64, #llm.dense<bf16>>
func.func @readers_see_the_new_type(%x: tensor<?x64xf32>) -> tensor<?x32xf32> {
  %w = llm.weight @dense : !llm.packed<32x64, #llm.dense<f32>>
  %0 = llm.linear %x, %w : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<f32>> -> tensor<?x32xf32>
  return %0 : tensor<?x32xf32>
}
