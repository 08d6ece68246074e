// RUN: llm-opt %s --llm-lower-onnx --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// Texts are written behind one another into one block.
// CHECK-LABEL: func.func @graph(
// CHECK: %[[BLOCK:.*]] = llm.allocate
// CHECK: %[[BASE:.*]] = llvm.ptrtoint %[[BLOCK]]
// CHECK: func.call @text.join(
// CHECK: return %{{.*}} : tensor<?xi64>
// CHECK: func.func private @text.join(
onnx.graph @main(%x: tensor<?x!onnx.string>) -> (tensor<?x!onnx.string>) {
  %0 = "onnx.StringConcat.20"(%x, %x) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x!onnx.string>, tensor<?x!onnx.string>) -> tensor<?x!onnx.string>
  onnx.return %0 : tensor<?x!onnx.string>
}

// -----

// A pattern becomes the tables of an automaton.
// CHECK: llvm.mlir.global internal constant @bytes.1
// CHECK: llvm.mlir.global internal constant @bytes.0
// CHECK: func.func private @text.match(
onnx.graph @main(%x: tensor<?x!onnx.string>) -> (tensor<?xi1>) {
  %0 = "onnx.RegexFullMatch.20"(%x) {pattern = "a+(b|c)", operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x!onnx.string>) -> tensor<?xi1>
  onnx.return %0 : tensor<?xi1>
}

// -----

onnx.graph @main(%x: tensor<?x!onnx.string>) -> (tensor<?xi1>) {
  // expected-error@+1 {{not supported yet: RegexFullMatch (since version 20): the pattern 'a(b'}}
  %0 = "onnx.RegexFullMatch.20"(%x) {pattern = "a(b", operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?x!onnx.string>) -> tensor<?xi1>
  onnx.return %0 : tensor<?xi1>
}
