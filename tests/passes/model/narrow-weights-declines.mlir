// RUN: llm-opt %s --llm-narrow-weights=element=f16 | FileCheck %s

// CHECK: llm.parameter @grouped : !llm.packed<16x64, #llm.grouped<bits = 4,
llm.parameter @grouped : !llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>
  from "Q4_0" ["up.weight"]
// CHECK: llm.parameter @norm : tensor<64xf32>
llm.parameter @norm : tensor<64xf32> from "F32" ["norm.weight"]
// CHECK: llm.parameter @dense : !llm.packed<16x64, #llm.dense<f16>>
llm.parameter @dense : !llm.packed<16x64, #llm.dense<f32>> from "F32" ["down.weight"]
