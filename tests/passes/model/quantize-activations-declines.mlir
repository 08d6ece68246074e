// RUN: llm-opt %s --llm-quantize-activations="int8=true bf16=true" | FileCheck %s
// RUN: llm-opt %s --llm-quantize-activations | FileCheck %s

// CHECK-LABEL: func.func @weights_of_mixed_kinds(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x64xf32>
//   CHECK-NOT:   llm.quantize_rows
//   CHECK-NOT:   arith.truncf
//       CHECK:   llm.linear %[[X]]
func.func @weights_of_mixed_kinds(
    %x: tensor<?x64xf32>, %a: !llm.packed<16x64, #llm.dense<bf16>>,
    %b: !llm.packed<16x64, #llm.grouped<bits = 8, group = 32, zero = 128, minimum = false, super = 0>>)
    -> tensor<?x32xf32> {
  %y = llm.linear %x, %a, %b : tensor<?x64xf32>, !llm.packed<16x64, #llm.dense<bf16>>,
    !llm.packed<16x64, #llm.grouped<bits = 8, group = 32, zero = 128, minimum = false, super = 0>> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
