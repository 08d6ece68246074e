// RUN: llm-opt %s --llm-quantize-weights=scheme=int4 --split-input-file --verify-diagnostics | FileCheck %s

// Gate and up of a fused MLP are weights of a linear layer as any other.

// CHECK: @gate : {{.*}}<bits = 4
// CHECK: @up : {{.*}}<bits = 4
llm.parameter @gate : !llm.packed<48x32, #llm.dense<f16>> from "F16" ["gate"]
llm.parameter @up : !llm.packed<48x32, #llm.dense<f16>> from "F16" ["up"]

func.func @forward(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = llm.repeat %x kinds [0] : tensor<?x32xf32> {
  ^bb0(%h: tensor<?x32xf32>, %layer: index):
    %gate = llm.weight @gate[%layer] : !llm.packed<48x32, #llm.dense<f16>>
    %up = llm.weight @up[%layer] : !llm.packed<48x32, #llm.dense<f16>>
    // CHECK: llm.gated_linear {{.*}} <48x32, #llm.grouped{{.*}} <48x32, #llm.grouped
    %g = llm.gated_linear "silu" %h, %gate, %up : tensor<?x32xf32>, !llm.packed<48x32, #llm.dense<f16>>, !llm.packed<48x32, #llm.dense<f16>> -> tensor<?x48xf32>
    llm.yield %h : tensor<?x32xf32>
  }
  return %y : tensor<?x32xf32>
}

// -----

// Read in a layer and by the head: the head's bits are the layer's too.

// CHECK: @shared : {{.*}}<bits = 8, group = 32
llm.parameter @shared : !llm.packed<32x32, #llm.dense<f32>> from "F32" ["shared"]

func.func @forward(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = llm.repeat %x kinds [0] : tensor<?x32xf32> {
  ^bb0(%h: tensor<?x32xf32>, %layer: index):
    %inside = llm.weight @shared[%layer] : !llm.packed<32x32, #llm.dense<f32>>
    %z = llm.linear %h, %inside : tensor<?x32xf32>, !llm.packed<32x32, #llm.dense<f32>> -> tensor<?x32xf32>
    llm.yield %z : tensor<?x32xf32>
  }
  %outside = llm.weight @shared : !llm.packed<32x32, #llm.dense<f32>>
  %logits = llm.linear %y, %outside : tensor<?x32xf32>, !llm.packed<32x32, #llm.dense<f32>> -> tensor<?x32xf32>
  return %logits : tensor<?x32xf32>
}

// -----

// An embedding that no linear layer shares is read one row a token.

// CHECK: @embed : {{.*}}#llm.dense<bf16>
llm.parameter @embed : !llm.packed<64x32, #llm.dense<bf16>> from "BF16" ["embed"]

func.func @forward(%tokens: tensor<?xi32>) -> tensor<?x32xf32> {
  %embed = llm.weight @embed : !llm.packed<64x32, #llm.dense<bf16>>
  %x = llm.embedding %tokens, %embed : tensor<?xi32>, !llm.packed<64x32, #llm.dense<bf16>> -> tensor<?x32xf32>
  return %x : tensor<?x32xf32>
}

// -----

// Nothing is quantized twice.

// CHECK: @head : {{.*}}<bits = 6, group = 16, zero = 32, minimum = false, super = 256>> from "Q6_K"
// expected-remark @below {{@head is quantized already and stays as it is}}
llm.parameter @head : !llm.packed<64x256, #llm.grouped<bits = 6, group = 16, zero = 32, minimum = false, super = 256>> from "Q6_K" ["head"]

func.func @forward(%x: tensor<?x256xf32>) -> tensor<?x64xf32> {
  %head = llm.weight @head : !llm.packed<64x256, #llm.grouped<bits = 6, group = 16, zero = 32, minimum = false, super = 256>>
  %y = llm.linear %x, %head : tensor<?x256xf32>, !llm.packed<64x256, #llm.grouped<bits = 6, group = 16, zero = 32, minimum = false, super = 256>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// What a call does with a weight is not known.

func.func private @norm_of(!llm.packed<32x32, #llm.dense<f32>>)

// CHECK: @w : {{.*}}#llm.dense<f32>
// expected-remark @below {{@w stays as it is: 'func.call' reads it}}
llm.parameter @w : !llm.packed<32x32, #llm.dense<f32>> from "F32" ["w"]

func.func @forward(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %w = llm.weight @w : !llm.packed<32x32, #llm.dense<f32>>
  call @norm_of(%w) : (!llm.packed<32x32, #llm.dense<f32>>) -> ()
  %y = llm.linear %x, %w : tensor<?x32xf32>, !llm.packed<32x32, #llm.dense<f32>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
