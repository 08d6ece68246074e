// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @whole_heads(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<?x576xf32>, %[[T:[^:]*]]: tensor<?x64xf32>)
//       CHECK:   llm.rope %[[X]], %[[T]] {heads = 9 : i64} : tensor<?x576xf32>, tensor<?x64xf32>
func.func @whole_heads(%x: tensor<?x576xf32>, %table: tensor<?x64xf32>) -> tensor<?x576xf32> {
  %y = llm.rope %x, %table {heads = 9 : i64} : tensor<?x576xf32>, tensor<?x64xf32>
  return %y : tensor<?x576xf32>
}

// CHECK-LABEL: func.func @first_columns_of_heads(
//       CHECK:   llm.rope {{.*}} : tensor<?x576xf32>, tensor<?x32xf32>
func.func @first_columns_of_heads(%x: tensor<?x576xf32>, %table: tensor<?x32xf32>) -> tensor<?x576xf32> {
  %y = llm.rope %x, %table {heads = 9 : i64} : tensor<?x576xf32>, tensor<?x32xf32>
  return %y : tensor<?x576xf32>
}

// CHECK-LABEL: func.func @interleaved(
//       CHECK:   llm.rope {{.*}} {heads = 9 : i64, interleaved} : tensor<?x576xf32>, tensor<?x32xf32>
func.func @interleaved(%x: tensor<?x576xf32>, %table: tensor<?x32xf32>) -> tensor<?x576xf32> {
  %y = llm.rope %x, %table {heads = 9 : i64, interleaved} : tensor<?x576xf32>, tensor<?x32xf32>
  return %y : tensor<?x576xf32>
}
