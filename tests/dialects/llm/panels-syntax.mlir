// RUN: llm-opt %s | llm-opt | FileCheck %s

llm.parameter @w : !llm.packed<40x64, #llm.dense<f32>> from "F32" ["w"]

// CHECK-LABEL: func.func @panels(
func.func @panels() -> tensor<3x64x16xf32> {
  %w = llm.weight @w : !llm.packed<40x64, #llm.dense<f32>>
  // CHECK: llm.panels %{{.*}} : !llm.packed<40x64, {{.*}}> -> tensor<3x64x16xf32>
  %p = llm.panels %w : !llm.packed<40x64, #llm.dense<f32>> -> tensor<3x64x16xf32>
  return %p : tensor<3x64x16xf32>
}

llm.parameter @bytes : !llm.packed<40x66, #llm.dense<i8>> from "I8" ["w"]

// CHECK-LABEL: func.func @panels_of_bytes(
func.func @panels_of_bytes() -> tensor<3x17x16x4xi8> {
  %w = llm.weight @bytes : !llm.packed<40x66, #llm.dense<i8>>
  // CHECK: llm.panels %{{.*}} : !llm.packed<40x66, {{.*}}> -> tensor<3x17x16x4xi8>
  %p = llm.panels %w : !llm.packed<40x66, #llm.dense<i8>> -> tensor<3x17x16x4xi8>
  return %p : tensor<3x17x16x4xi8>
}
