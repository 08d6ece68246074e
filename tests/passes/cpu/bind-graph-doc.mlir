// RUN: llm-opt %s --llm-bind-graph | FileCheck %s

// CHECK:     func.func private @graph(%[[TEAM:.*]]: !llm.team, %[[X:.*]]: tensor<?x4xf32> {bufferization.writable = false}) -> tensor<?x4xf32>
// CHECK-SAME:    llvm.linkage = #llvm.linkage<internal>
// CHECK:       %[[SEGMENT:.*]] = llm.context_buffer %[[TEAM]] "weights" 0
// CHECK:       %[[PLACE:.*]] = memref.view %[[SEGMENT]]
// CHECK-SAME:      to memref<4xf32>
// CHECK:       %[[BIAS:.*]] = bufferization.to_tensor %[[PLACE]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK:       linalg.add ins(%[[X]], %[[ROWS:.*]] :
// CHECK-NOT: llm.weight
llm.parameter @bias : tensor<4xf32> from "F32" ["bias"]
func.func @graph(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {llm.graph} {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x4xf32>
  %bias = llm.weight @bias : tensor<4xf32>
  %empty = tensor.empty(%rows) : tensor<?x4xf32>
  %all = linalg.broadcast ins(%bias : tensor<4xf32>) outs(%empty : tensor<?x4xf32>) dimensions = [0]
  %y = linalg.add ins(%x, %all : tensor<?x4xf32>, tensor<?x4xf32>) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
