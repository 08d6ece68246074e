// RUN: llm-opt %s --llm-lower-onnx --split-input-file --verify-diagnostics | FileCheck %s

// New keys go to the page that the table names; a page beyond the cache ends the
// call.
// CHECK-LABEL: func.func @graph(
// CHECK: llm.check_index {{.*}}"PagedAttention: a sequence outgrows block_table"
// CHECK: llm.check_index {{.*}}"PagedAttention: a page out of range"
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}} : tensor<1x1x2x8xf16> into tensor<?x4x2x8xf16>
// CHECK: return %{{.*}} : tensor<?x32xf16>
onnx.graph @main(%q: tensor<?x32xf16>, %k: tensor<?x16xf16>, %v: tensor<?x16xf16>, %kc: tensor<?x4x2x8xf16>, %vc: tensor<?x4x2x8xf16>, %starts: tensor<?xi32>, %pasts: tensor<?xi32>, %table: tensor<?x?xi32>) -> (tensor<?x32xf16>) {
  %y = "onnx.microsoft.PagedAttention.1"(%q, %k, %v, %kc, %vc, %starts, %pasts, %table) {num_heads = 4 : i64, kv_num_heads = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<?x32xf16>, tensor<?x16xf16>, tensor<?x16xf16>, tensor<?x4x2x8xf16>, tensor<?x4x2x8xf16>, tensor<?xi32>, tensor<?xi32>, tensor<?x?xi32>) -> tensor<?x32xf16>
  onnx.return %y : tensor<?x32xf16>
}

// -----

onnx.graph @main(%q: tensor<?x32xf16>, %k: tensor<?x16xf16>, %v: tensor<?x16xf16>, %kc: tensor<?x4x2x8xf16>, %vc: tensor<?x4x2x8xf16>, %starts: tensor<?xi32>, %pasts: tensor<?xi32>, %table: tensor<?x?xi32>) -> (tensor<?x32xf16>) {
  // expected-error@+1 {{PagedAttention: 3 heads of queries for 2 of keys; accepted: a multiple}}
  %y = "onnx.microsoft.PagedAttention.1"(%q, %k, %v, %kc, %vc, %starts, %pasts, %table) {num_heads = 3 : i64, kv_num_heads = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<?x32xf16>, tensor<?x16xf16>, tensor<?x16xf16>, tensor<?x4x2x8xf16>, tensor<?x4x2x8xf16>, tensor<?xi32>, tensor<?xi32>, tensor<?x?xi32>) -> tensor<?x32xf16>
  onnx.return %y : tensor<?x32xf16>
}

// -----

onnx.graph @main(%q: tensor<?x32xf16>, %k: tensor<?x16xf16>, %v: tensor<?x16xf16>, %kc: tensor<?x4x3x8xf16>, %vc: tensor<?x4x2x8xf16>, %starts: tensor<?xi32>, %pasts: tensor<?xi32>, %table: tensor<?x?xi32>) -> (tensor<?x32xf16>) {
  // expected-error@+1 {{PagedAttention: key_cache is 'tensor<?x4x3x8xf16>'; accepted: 'tensor<?x?x2x8xf16>'}}
  %y = "onnx.microsoft.PagedAttention.1"(%q, %k, %v, %kc, %vc, %starts, %pasts, %table) {num_heads = 4 : i64, kv_num_heads = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<?x32xf16>, tensor<?x16xf16>, tensor<?x16xf16>, tensor<?x4x3x8xf16>, tensor<?x4x2x8xf16>, tensor<?xi32>, tensor<?xi32>, tensor<?x?xi32>) -> tensor<?x32xf16>
  onnx.return %y : tensor<?x32xf16>
}

// -----

onnx.graph @main(%q: tensor<?x32xf16>, %k: tensor<?x16xf16>, %v: tensor<?x16xf16>, %kc: tensor<?x4x2x8xf16>, %vc: tensor<?x4x2x6xf16>, %starts: tensor<?xi32>, %pasts: tensor<?xi32>, %table: tensor<?x?xi32>) -> (tensor<?x32xf16>) {
  // expected-error@+1 {{PagedAttention: value_cache is 'tensor<?x4x2x6xf16>'; accepted: 'tensor<?x?x2x8xf16>'}}
  %y = "onnx.microsoft.PagedAttention.1"(%q, %k, %v, %kc, %vc, %starts, %pasts, %table) {num_heads = 4 : i64, kv_num_heads = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<?x32xf16>, tensor<?x16xf16>, tensor<?x16xf16>, tensor<?x4x2x8xf16>, tensor<?x4x2x6xf16>, tensor<?xi32>, tensor<?xi32>, tensor<?x?xi32>) -> tensor<?x32xf16>
  onnx.return %y : tensor<?x32xf16>
}

// -----

onnx.graph @main(%q: tensor<?x33xf16>, %k: tensor<?x16xf16>, %v: tensor<?x16xf16>, %kc: tensor<?x4x2x8xf16>, %vc: tensor<?x4x2x8xf16>, %starts: tensor<?xi32>, %pasts: tensor<?xi32>, %table: tensor<?x?xi32>) -> (tensor<?x32xf16>) {
  // expected-error@+1 {{PagedAttention: query is 'tensor<?x33xf16>'; accepted: 'tensor<?x32xf16>'}}
  %y = "onnx.microsoft.PagedAttention.1"(%q, %k, %v, %kc, %vc, %starts, %pasts, %table) {num_heads = 4 : i64, kv_num_heads = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<?x33xf16>, tensor<?x16xf16>, tensor<?x16xf16>, tensor<?x4x2x8xf16>, tensor<?x4x2x8xf16>, tensor<?xi32>, tensor<?xi32>, tensor<?x?xi32>) -> tensor<?x32xf16>
  onnx.return %y : tensor<?x32xf16>
}

// -----

onnx.graph @main(%q: tensor<?x32xf16>, %k: tensor<?x16xf16>, %v: tensor<?x16xf16>, %kc: tensor<?x4x2x8xf16>, %vc: tensor<?x4x2x8xf16>, %starts: tensor<?xi32>, %pasts: tensor<?xi32>, %table: tensor<?xi32>) -> (tensor<?x32xf16>) {
  // expected-error@+1 {{PagedAttention: block_table is 'tensor<?xi32>'; accepted: 'tensor<?x?xi32>'}}
  %y = "onnx.microsoft.PagedAttention.1"(%q, %k, %v, %kc, %vc, %starts, %pasts, %table) {num_heads = 4 : i64, kv_num_heads = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<?x32xf16>, tensor<?x16xf16>, tensor<?x16xf16>, tensor<?x4x2x8xf16>, tensor<?x4x2x8xf16>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x32xf16>
  onnx.return %y : tensor<?x32xf16>
}
