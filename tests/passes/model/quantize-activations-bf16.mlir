// RUN: llm-opt %s --llm-quantize-activations=bf16=true | FileCheck %s

// CHECK-LABEL: func.func @inputs_of_bf16_weights(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x64xf32>
//       CHECK:   %[[H:.*]] = arith.truncf %[[X]] : tensor<?x64xf32> to tensor<?x64xbf16>
//       CHECK:   llm.linear %[[H]], {{.*}} : tensor<?x64xbf16>
func.func @inputs_of_bf16_weights(%x: tensor<?x64xf32>, %w: !llm.packed<16x64, #llm.dense<bf16>>)
    -> tensor<?x16xf32> {
  %a = llm.linear %x, %w : tensor<?x64xf32>, !llm.packed<16x64, #llm.dense<bf16>> -> tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @not_those_of_f32_weights(
//   CHECK-NOT:   arith.truncf
//       CHECK:   return
func.func @not_those_of_f32_weights(%x: tensor<?x64xf32>, %w: !llm.packed<16x64, #llm.dense<f32>>)
    -> tensor<?x16xf32> {
  %a = llm.linear %x, %w : tensor<?x64xf32>, !llm.packed<16x64, #llm.dense<f32>> -> tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}
