// RUN: llm-opt %s --llm-lower-onnx | FileCheck %s

// Statistics of halves are kept in f32.
// CHECK-LABEL: func.func @graph(
//       CHECK: iterator_types = ["parallel", "reduction"]
//       CHECK: arith.addf {{.*}} : f32
//       CHECK: iterator_types = ["parallel", "reduction"]
//       CHECK: math.sqrt {{.*}} : f32
//       CHECK: arith.truncf {{.*}} : f32 to bf16
onnx.graph @main(%x: tensor<?x64xbf16>, %scale: tensor<64xbf16>) -> (tensor<?x64xbf16>) {
  %y = "onnx.LayerNormalization.17"(%x, %scale) {operandSegmentSizes = array<i32: 1, 1, 0>, resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<?x64xbf16>, tensor<64xbf16>) -> tensor<?x64xbf16>
  onnx.return %y : tensor<?x64xbf16>
}
