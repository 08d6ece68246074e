// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @moe(
func.func @moe(%x: tensor<?x64xf32>, %router: tensor<?x4xf32>, %gate: !llm.packed<448x64, #llm.dense<f32>>,
    %up: !llm.packed<448x64, #llm.dense<f32>>, %down: !llm.packed<256x112, #llm.dense<f32>>) -> tensor<?x64xf32> {
  // CHECK: llm.moe "silu" %{{.*}} by %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {top = 2 : i64}
  // CHECK-SAME: : tensor<?x64xf32>, tensor<?x4xf32>, <448x64, #llm.dense<f32>>, <256x112, #llm.dense<f32>> -> tensor<?x64xf32>
  %y = llm.moe "silu" %x by %router, %gate, %up, %down {top = 2 : i64}
    : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<448x64, #llm.dense<f32>>, !llm.packed<256x112, #llm.dense<f32>> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
