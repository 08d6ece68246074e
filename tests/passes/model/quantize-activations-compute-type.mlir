// RUN: split-file %s %t
// RUN: llm-opt %t/layers.mlir --llm-quantize-activations="int8=true bf16=true" | FileCheck %s --check-prefix=BYTES
// RUN: llm-opt %t/layers.mlir --llm-quantize-activations=bf16=true | FileCheck %s --check-prefix=FLOATS
// RUN: llm-opt %t/alone.mlir --llm-quantize-activations="int8=true bf16=true" | FileCheck %s --check-prefix=HALVES

// Five layers of 1024 quantized weights outweigh two of 2048 in bf16; the head, of
// which a prompt needs one row, does not count.
// BYTES: module attributes {llm.compute_type = i8}
// FLOATS: module attributes {llm.compute_type = f32}
//--- layers.mlir
func.func @step(%x: tensor<?x64xf32>, %g: !llm.packed<16x64, #llm.grouped<bits = 8, group = 32, zero = 128, minimum = false, super = 0>>,
    %d: !llm.packed<32x64, #llm.dense<bf16>>, %head: !llm.packed<4096x64, #llm.dense<bf16>>) -> tensor<?x4096xf32> {
  %y = llm.repeat %x kinds [0, 1, 0, 0, 1, 0, 0] : tensor<?x64xf32> {
  ^bb0(%h: tensor<?x64xf32>, %layer: index):
    %a = llm.linear %h, %g : tensor<?x64xf32>,
      !llm.packed<16x64, #llm.grouped<bits = 8, group = 32, zero = 128, minimum = false, super = 0>> -> tensor<?x16xf32>
    llm.yield %h : tensor<?x64xf32>
  }, {
  ^bb0(%h: tensor<?x64xf32>, %layer: index):
    %a = llm.linear %h, %d : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<bf16>> -> tensor<?x32xf32>
    llm.yield %h : tensor<?x64xf32>
  }
  %z = llm.linear %y, %head : tensor<?x64xf32>, !llm.packed<4096x64, #llm.dense<bf16>> -> tensor<?x4096xf32>
  return %z : tensor<?x4096xf32>
}

// HALVES: module attributes {llm.compute_type = bf16}
//--- alone.mlir
func.func @step(%x: tensor<?x64xf32>, %w: !llm.packed<16x64, #llm.dense<bf16>>) -> tensor<?x16xf32> {
  %y = llm.linear %x, %w : tensor<?x64xf32>, !llm.packed<16x64, #llm.dense<bf16>> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
