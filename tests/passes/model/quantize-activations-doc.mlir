// RUN: llm-opt %s --llm-quantize-activations="int8=true bf16=true" | FileCheck %s
// RUN: llm-opt %s --llm-quantize-activations | FileCheck %s --check-prefix=OFF

// OFF-NOT: llm.quantize_rows
// OFF-NOT: arith.truncf

#q4 = #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>

// Both layers read one rounded value.
// CHECK-LABEL: func.func @rounds_rows_once_for_all_quantized_readers(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<?x64xf32>, %[[V:[a-z0-9]+]]: !llm.packed<32x64,
//       CHECK:   %[[Q:.+]], %[[S:.+]], %[[U:.+]] = llm.quantize_rows %[[X]] : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x2xf32>, tensor<?x4xf32>
//       CHECK:   llm.linear %[[Q]], %[[V]] scales %[[S]], %[[U]]
//   CHECK-NOT:   llm.quantize_rows
//       CHECK:   llm.linear %[[Q]], %{{.+}} scales %[[S]], %[[U]]
func.func @rounds_rows_once_for_all_quantized_readers(%x: tensor<?x64xf32>, %v: !llm.packed<32x64, #q4>, %w: !llm.packed<16x64, #q4>) -> (tensor<?x32xf32>, tensor<?x16xf32>) {
  %0 = llm.linear %x, %v : tensor<?x64xf32>, !llm.packed<32x64, #q4> -> tensor<?x32xf32>
  %1 = llm.linear %x, %w : tensor<?x64xf32>, !llm.packed<16x64, #q4> -> tensor<?x16xf32>
  return %0, %1 : tensor<?x32xf32>, tensor<?x16xf32>
}

// CHECK-LABEL: func.func @rounds_rows_of_bf16_weights_to_bf16(
//       CHECK:   %[[H:.+]] = arith.truncf %{{.+}} : tensor<?x64xf32> to tensor<?x64xbf16>
//       CHECK:   llm.linear %[[H]]
func.func @rounds_rows_of_bf16_weights_to_bf16(%x: tensor<?x64xf32>, %w: !llm.packed<32x64, #llm.dense<bf16>>) -> tensor<?x32xf32> {
  %0 = llm.linear %x, %w : tensor<?x64xf32>, !llm.packed<32x64, #llm.dense<bf16>> -> tensor<?x32xf32>
  return %0 : tensor<?x32xf32>
}

// CHECK-LABEL: func.func @declines_weights_of_mixed_kinds(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<?x64xf32>
//   CHECK-NOT:   llm.quantize_rows
//       CHECK:   llm.linear %[[X]]
func.func @declines_weights_of_mixed_kinds(%x: tensor<?x64xf32>, %v: !llm.packed<32x64, #q4>, %w: !llm.packed<16x64, #llm.dense<f32>>) -> tensor<?x48xf32> {
  %0 = llm.linear %x, %v, %w : tensor<?x64xf32>, !llm.packed<32x64, #q4>, !llm.packed<16x64, #llm.dense<f32>> -> tensor<?x48xf32>
  return %0 : tensor<?x48xf32>
}
