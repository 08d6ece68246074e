// RUN: llm-opt %s | llm-opt | FileCheck %s

//      CHECK: llm.parameter @mlp.up : !llm.packed<1536x576, #llm.dense<bf16>>
// CHECK-SAME:   from "BF16" ["layers.0.mlp.up.weight", "layers.1.mlp.up.weight"]
llm.parameter @mlp.up : !llm.packed<1536x576, #llm.dense<bf16>>
  from "BF16" ["layers.0.mlp.up.weight", "layers.1.mlp.up.weight"]

// CHECK: llm.parameter @conv1.weight : tensor<64x3x7x7xf16> from "F16" ["conv1.weight"]
llm.parameter @conv1.weight : tensor<64x3x7x7xf16> from "F16" ["conv1.weight"]

// A vector that the first layer lacks.
// CHECK: llm.parameter @bias : tensor<16xf32> from "F32" ["", "layers.1.bias"]
llm.parameter @bias : tensor<16xf32> from "F32" ["", "layers.1.bias"]

// CHECK: llm.parameter @gates : !llm.packed<1024x64, #llm.dense<f32>> from "F32" ["W"] first 65536 transposed
llm.parameter @gates : !llm.packed<1024x64, #llm.dense<f32>> from "F32" ["W"] first 65536 transposed
