// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: func.func private @every_element_type() attributes
// CHECK-SAME: bf16 = #llm.dense<bf16>
// CHECK-SAME: f16 = #llm.dense<f16>
// CHECK-SAME: f32 = #llm.dense<f32>
func.func private @every_element_type() attributes {
  test.bf16 = #llm.dense<bf16>, test.f16 = #llm.dense<f16>, test.f32 = #llm.dense<f32>}
