// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: llm.step @decode rows [1, 1] arguments ["tokens"] outputs ["logits"] {
// CHECK: ^bb0(%{{.*}}: tensor<?xi32>):
// CHECK:   %[[LOGITS:.*]] = tensor.cast
// CHECK:   llm.yield %[[LOGITS]] : tensor<?x49152xf32>
llm.step @decode rows [1, 1] arguments ["tokens"] outputs ["logits"] {
^bb0(%tokens: tensor<?xi32>):
  %zero = arith.constant dense<0.0> : tensor<1x49152xf32>
  %logits = tensor.cast %zero : tensor<1x49152xf32> to tensor<?x49152xf32>
  llm.yield %logits : tensor<?x49152xf32>
}
