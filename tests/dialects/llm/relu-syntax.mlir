// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @rows(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x1536xf32>)
//       CHECK:   llm.relu %[[X]] : tensor<?x1536xf32>
func.func @rows(%x: tensor<?x1536xf32>) -> tensor<?x1536xf32> {
  %y = llm.relu %x : tensor<?x1536xf32>
  return %y : tensor<?x1536xf32>
}

// CHECK-LABEL: func.func @a_vector_inside_a_tile(
//       CHECK:   llm.relu %{{.*}} : vector<16xf32>
func.func @a_vector_inside_a_tile(%x: vector<16xf32>) -> vector<16xf32> {
  %y = llm.relu %x : vector<16xf32>
  return %y : vector<16xf32>
}
