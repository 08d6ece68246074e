// RUN: llm-opt %s --llm-merge-projections | FileCheck %s

!grouped = !llm.packed<8x8, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>
!k_quant = !llm.packed<8x8, #llm.grouped<bits = 6, group = 16, zero = 32, minimum = false, super = 256>>
!halves = !llm.packed<8x8, #llm.dense<bf16>>

// Two encodings of integers are multiplied alike; bf16 beside them would take
// both to f32.
// CHECK-LABEL: func.func @merges_those_of_one_kind(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>, %[[Q:[^:]*]]: !llm.packed<{{[^%]*}}, %[[K:[^:]*]]: {{[^%]*}}, %[[V:[^:]*]]: !llm.packed
//   CHECK-DAG:   llm.linear %[[X]], %[[Q]], %[[K]] :
//   CHECK-DAG:   llm.linear %[[X]], %[[V]] :
func.func @merges_those_of_one_kind(%x: tensor<?x8xf32>, %wq: !grouped, %wk: !k_quant, %wv: !halves)
    -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = llm.linear %x, %wq : tensor<?x8xf32>, !grouped -> tensor<?x8xf32>
  %k = llm.linear %x, %wk : tensor<?x8xf32>, !k_quant -> tensor<?x8xf32>
  %v = llm.linear %x, %wv : tensor<?x8xf32>, !halves -> tensor<?x8xf32>
  return %q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}
