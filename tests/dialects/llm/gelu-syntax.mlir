// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @both_kinds(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x1536xf32>)
//       CHECK:   %[[Y:.*]] = llm.gelu "tanh" %[[X]] : tensor<?x1536xf32>
//       CHECK:   llm.gelu "erf" %[[Y]] : tensor<?x1536xf32>
func.func @both_kinds(%x: tensor<?x1536xf32>) -> tensor<?x1536xf32> {
  %y = llm.gelu "tanh" %x : tensor<?x1536xf32>
  %z = llm.gelu "erf" %y : tensor<?x1536xf32>
  return %z : tensor<?x1536xf32>
}
