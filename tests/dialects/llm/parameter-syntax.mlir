// RUN: llm-opt %s | llm-opt | FileCheck %s

//      CHECK: llm.parameter @mlp.up : !llm.packed<1536x576, #llm.dense<bf16>>
// CHECK-SAME:   from "BF16" ["layers.0.mlp.up.weight", "layers.1.mlp.up.weight"]
llm.parameter @mlp.up : !llm.packed<1536x576, #llm.dense<bf16>>
  from "BF16" ["layers.0.mlp.up.weight", "layers.1.mlp.up.weight"]

// A vector that the first layer lacks.
// CHECK: llm.parameter @bias : tensor<16xf32> from "F32" ["", "layers.1.bias"]
llm.parameter @bias : tensor<16xf32> from "F32" ["", "layers.1.bias"]
