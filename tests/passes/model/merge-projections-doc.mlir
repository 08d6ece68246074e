// RUN: llm-opt %s --llm-merge-projections | FileCheck %s

// CHECK-LABEL: func.func @queries_keys_and_values(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x8xf32>
//  CHECK-SAME:     %[[Q:[^:]*]]: !llm.packed<8x8, #llm.dense<f32>>, %[[K:[^:]*]]: !llm.packed<4x8, #llm.dense<f32>>, %[[V:[^:]*]]: !llm.packed
//       CHECK:   %[[ALL:.*]] = llm.linear %[[X]], %[[Q]], %[[K]], %[[V]] : {{.*}} -> tensor<?x16xf32>
//       CHECK:   %[[ROWS:.*]] = tensor.dim %[[ALL]]
//   CHECK-DAG:   %[[QS:.*]] = tensor.extract_slice %[[ALL]][0, 0] [%[[ROWS]], 8] [1, 1]
//   CHECK-DAG:   %[[KS:.*]] = tensor.extract_slice %[[ALL]][0, 8] [%[[ROWS]], 4] [1, 1]
//   CHECK-DAG:   %[[VS:.*]] = tensor.extract_slice %[[ALL]][0, 12] [%[[ROWS]], 4] [1, 1]
//       CHECK:   return %[[QS]], %[[KS]], %[[VS]]
func.func @queries_keys_and_values(
    %x: tensor<?x8xf32>,
    %wq: !llm.packed<8x8, #llm.dense<f32>>, %wk: !llm.packed<4x8, #llm.dense<f32>>, %wv: !llm.packed<4x8, #llm.dense<f16>>)
    -> (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %q = llm.linear %x, %wq : tensor<?x8xf32>, !llm.packed<8x8, #llm.dense<f32>> -> tensor<?x8xf32>
  %k = llm.linear %x, %wk : tensor<?x8xf32>, !llm.packed<4x8, #llm.dense<f32>> -> tensor<?x4xf32>
  %v = llm.linear %x, %wv : tensor<?x8xf32>, !llm.packed<4x8, #llm.dense<f16>> -> tensor<?x4xf32>
  return %q, %k, %v : tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}
