// RUN: llm-opt %s --llm-bind-graph | FileCheck %s

llm.parameter @a : tensor<3xf32> from "F32" ["a"]
llm.parameter @b : tensor<2x2xi64> from "I64" ["b"]

// Each weight begins a page of 4096 bytes.
// CHECK-LABEL: func.func private @gives_each_weight_its_place(
// CHECK-DAG:     %[[SECOND:.*]] = arith.constant 4096 : index
// CHECK-DAG:     %[[FIRST:.*]] = arith.constant 0 : index
// CHECK-DAG:     memref.view %{{.*}}[%[[FIRST]]][] : memref<?xi8> to memref<3xf32>
// CHECK-DAG:     memref.view %{{.*}}[%[[SECOND]]][] : memref<?xi8> to memref<2x2xi64>
func.func @gives_each_weight_its_place() -> (tensor<3xf32>, tensor<2x2xi64>) attributes {llm.graph} {
  %a = llm.weight @a : tensor<3xf32>
  %b = llm.weight @b : tensor<2x2xi64>
  return %a, %b : tensor<3xf32>, tensor<2x2xi64>
}

// CHECK-LABEL: func.func @leaves_functions_alone_that_are_no_graph(
//  CHECK-SAME:     %{{.*}}: tensor<3xf32>) -> tensor<3xf32> {
//  CHECK-NEXT:   llm.weight @a
func.func @leaves_functions_alone_that_are_no_graph(%x: tensor<3xf32>) -> tensor<3xf32> {
  %a = llm.weight @a : tensor<3xf32>
  return %a : tensor<3xf32>
}
