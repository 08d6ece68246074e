// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @of_keys_and_of_values(
//  CHECK-SAME:     %[[S:[^:]*]]: !llm.state<{{.*}}>, %[[PAGE:[^:]*]]: index, %[[HEAD:[^:]*]]: index)
//       CHECK:   llm.scales "keys" of %[[S]][%[[PAGE]], %[[HEAD]]]
//  CHECK-SAME:     -> memref<32xf32>
//       CHECK:   llm.scales "values" of %[[S]][%[[PAGE]], %[[HEAD]]]
func.func @of_keys_and_of_values(%s: !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = i8>, %page: index, %head: index) -> (memref<32xf32>, memref<32xf32>) {
  %k = llm.scales "keys" of %s[%page, %head] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = i8> -> memref<32xf32>
  %v = llm.scales "values" of %s[%page, %head] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = i8> -> memref<32xf32>
  return %k, %v : memref<32xf32>, memref<32xf32>
}
