// RUN: llm-opt %s --llm-narrow-weights=element=bf16 | FileCheck %s

// CHECK: llm.parameter @up : !llm.packed<16x8, #llm.dense<bf16>> from "F32" ["up.weight"]
llm.parameter @up : !llm.packed<16x8, #llm.dense<f32>> from "F32" ["up.weight"]

// CHECK-LABEL: func.func @reads_what_the_packer_rounds(
//       CHECK:   %[[W:.*]] = llm.weight @up : !llm.packed<16x8, #llm.dense<bf16>>
//       CHECK:   llm.linear %{{.*}}, %[[W]]
func.func @reads_what_the_packer_rounds(%x: tensor<?x8xf32>) -> tensor<?x16xf32> {
  %w = llm.weight @up : !llm.packed<16x8, #llm.dense<f32>>
  %y = llm.linear %x, %w : tensor<?x8xf32>, !llm.packed<16x8, #llm.dense<f32>> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
