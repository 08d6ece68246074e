// RUN: llm-opt %s --llm-quantize-weights=scheme=int4-g64 | FileCheck %s

// A layer's weight gets the scheme; the head, which the embedding shares its
// matrix with, 8 bits in groups of 32. The norm stays.

// CHECK: llm.parameter @embed : !llm.packed<512x64, #llm.grouped<bits = 8, group = 32, zero = 128, minimum = false, super = 0>> from "BF16"
llm.parameter @embed : !llm.packed<512x64, #llm.dense<bf16>> from "BF16" ["embed"]
// CHECK: llm.parameter @norm : tensor<64xf32> from "BF16"
llm.parameter @norm : tensor<64xf32> from "BF16" ["norm"]
// CHECK: llm.parameter @o : !llm.packed<64x64, #llm.grouped<bits = 4, group = 64, zero = 8, minimum = false, super = 0>> from "BF16"
llm.parameter @o : !llm.packed<64x64, #llm.dense<bf16>> from "BF16" ["layers.0.o", "layers.1.o"]

// CHECK-LABEL: @forward
func.func @forward(%tokens: tensor<?xi32>) -> tensor<?x512xf32> {
  // CHECK: llm.embedding {{.*}} <512x64, #llm.grouped<bits = 8
  %embed = llm.weight @embed : !llm.packed<512x64, #llm.dense<bf16>>
  %x = llm.embedding %tokens, %embed : tensor<?xi32>, !llm.packed<512x64, #llm.dense<bf16>> -> tensor<?x64xf32>
  %y = llm.repeat %x kinds [0, 0] : tensor<?x64xf32> {
  ^bb0(%h: tensor<?x64xf32>, %layer: index):
    // CHECK: llm.linear {{.*}} !llm.packed<64x64, #llm.grouped<bits = 4
    %o = llm.weight @o[%layer] : !llm.packed<64x64, #llm.dense<bf16>>
    %z = llm.linear %h, %o : tensor<?x64xf32>, !llm.packed<64x64, #llm.dense<bf16>> -> tensor<?x64xf32>
    llm.yield %z : tensor<?x64xf32>
  }
  %norm = llm.weight @norm : tensor<64xf32>
  %n = llm.rms_norm %y, %norm {epsilon = 1.0e-5 : f64} : tensor<?x64xf32>, tensor<64xf32> -> tensor<?x64xf32>
  // CHECK: llm.linear {{.*}} !llm.packed<512x64, #llm.grouped<bits = 8
  %logits = llm.linear %n, %embed : tensor<?x64xf32>, !llm.packed<512x64, #llm.dense<bf16>> -> tensor<?x512xf32>
  return %logits : tensor<?x512xf32>
}
