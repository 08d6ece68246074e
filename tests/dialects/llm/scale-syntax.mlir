// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @rows(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x64xf32>)
//       CHECK:   llm.scale %[[X]] by 8.000000e+00 : tensor<?x64xf32>
func.func @rows(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = llm.scale %x by 8.0 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
