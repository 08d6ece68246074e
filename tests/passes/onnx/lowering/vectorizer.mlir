// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics | FileCheck %s

onnx.graph @main(%x: tensor<?xi32>) -> (tensor<1xf32>) {
  // expected-error@+1 {{TfIdfVectorizer: n-gram 1 has no entry in ngram_indexes}}
  %0 = "onnx.TfIdfVectorizer.9"(%x) {mode = "TF", min_gram_length = 1 : i64, max_gram_length = 1 : i64, max_skip_count = 0 : i64, ngram_counts = array<i64: 0>, ngram_indexes = array<i64: 0>, pool_int64s = array<i64: 5, 6>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi32>) -> tensor<1xf32>
  onnx.return %0 : tensor<1xf32>
}

// -----

// The largest number is an item as any other.
// CHECK: 9223372036854775807
onnx.graph @main(%x: tensor<?xi64>) -> (tensor<2xf32>) {
  %0 = "onnx.TfIdfVectorizer.9"(%x) {mode = "TF", min_gram_length = 1 : i64, max_gram_length = 1 : i64, max_skip_count = 0 : i64, ngram_counts = array<i64: 0>, ngram_indexes = array<i64: 0, 1, 1, 0>, pool_int64s = array<i64: 2, 9223372036854775807, 5, -9223372036854775808>, operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xi64>) -> tensor<2xf32>
  onnx.return %0 : tensor<2xf32>
}
