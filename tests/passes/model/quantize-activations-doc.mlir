// RUN: llm-opt %s --llm-quantize-activations=int8=true | FileCheck %s

// CHECK-LABEL: func.func @rounds_once_for_all_readers(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x64xf32>, %[[W:[^:]*]]: !llm.packed
//       CHECK:   %[[Q:[^,]*]], %[[S:[^,]*]], %[[U:.*]] = llm.quantize_rows %[[X]]
//       CHECK:   llm.linear %[[Q]], %[[W]] scales %[[S]], %[[U]]
//       CHECK:   llm.gated_linear "silu" %[[Q]], %[[W]], %[[W]] scales %[[S]], %[[U]]
func.func @rounds_once_for_all_readers(
    %x: tensor<?x64xf32>,
    %w: !llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %a = llm.linear %x, %w : tensor<?x64xf32>,
    !llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> -> tensor<?x16xf32>
  %b = llm.gated_linear "silu" %x, %w, %w : tensor<?x64xf32>,
    !llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>,
    !llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>> -> tensor<?x16xf32>
  return %a, %b : tensor<?x16xf32>, tensor<?x16xf32>
}
