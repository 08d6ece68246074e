// RUN: llm-opt %s --llm-raise-decoder --split-input-file | FileCheck %s

// Integers of four bits in blocks of 16: the embedding is cut to the 24 features that
// are read, and the head is its matrix. The product between has zero points.
llm.parameter @table : tensor<12x2x8xui8> from "U8" ["table"]
llm.parameter @table_scales : tensor<12x2xf32> from "F32" ["table_scales"]
llm.parameter @mix : tensor<24x2x8xui8> from "U8" ["mix"]
llm.parameter @mix_scales : tensor<24x2xf32> from "F32" ["mix_scales"]
llm.parameter @mix_zeros : tensor<24x1xui8> from "U8" ["mix_zeros"]
// CHECK:     module attributes {llm.constants = {}, llm.views =
// CHECK-DAG:   "mix*" = {of = "mix", scales = "mix_scales", zeros = "mix_zeros"}
// CHECK-DAG:   "table*" = {of = "table", scales = "table_scales"}
// CHECK:       llm.parameter @embed.weight : !llm.packed<12x24, #llm.grouped<bits = 4, group = 16, zero = 8, minimum = false, super = 0, scaleBits = 32>> from "U4" ["table*"]
// CHECK:       llm.parameter @mix : !llm.packed<24x24, #llm.grouped<bits = 4, group = 16, zero = 0, minimum = false, super = 0, scaleBits = 32, zeros = true>> from "U4" ["mix*"]
// CHECK:     func.func @forward(
// CHECK:       %[[TABLE:.*]] = llm.weight @embed.weight
// CHECK:       %[[X:.*]] = llm.embedding %{{.*}}, %[[TABLE]]
// CHECK:       %[[Y:.*]] = llm.linear %[[X]]
// CHECK:       llm.linear %[[Y]], %[[TABLE]]
onnx.graph @reads_integers_in_blocks(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x12xf32> {onnx.name = "logits"}) {
  %table = llm.weight @table : tensor<12x2x8xui8>
  %table_scales = llm.weight @table_scales : tensor<12x2xf32>
  %mix = llm.weight @mix : tensor<24x2x8xui8>
  %mix_scales = llm.weight @mix_scales : tensor<24x2xf32>
  %mix_zeros = llm.weight @mix_zeros : tensor<24x1xui8>
  %shape = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<[12, 16]> : tensor<2xi64>} : () -> tensor<2xi64>
  %zero = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<24> : tensor<1xi64>} : () -> tensor<1xi64>
  %last = "onnx.Constant.25"() {operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>, value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %flat = "onnx.Reshape.14"(%table, %shape) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<12x2x8xui8>, tensor<2xi64>) -> tensor<12x16xui8>
  %rows = "onnx.microsoft.GatherBlockQuantized.1"(%flat, %ids, %table_scales)
    {bits = 4 : i64, block_size = 16 : i64, gather_axis = 0 : i64, quantize_axis = 1 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>}
    : (tensor<12x16xui8>, tensor<?x?xi64>, tensor<12x2xf32>) -> tensor<?x?x32xf32>
  %x = "onnx.Slice.13"(%rows, %zero, %end, %last) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1>}
    : (tensor<?x?x32xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x24xf32>
  %y = "onnx.microsoft.MatMulNBits.1"(%x, %mix, %mix_scales, %mix_zeros)
    {K = 24 : i64, N = 24 : i64, bits = 4 : i64, block_size = 16 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, resultSegmentSizes = array<i32: 1>}
    : (tensor<?x?x24xf32>, tensor<24x2x8xui8>, tensor<24x2xf32>, tensor<24x1xui8>) -> tensor<?x?x24xf32>
  %logits = "onnx.microsoft.MatMulNBits.1"(%y, %table, %table_scales)
    {K = 24 : i64, N = 12 : i64, bits = 4 : i64, block_size = 16 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, resultSegmentSizes = array<i32: 1>}
    : (tensor<?x?x24xf32>, tensor<12x2x8xui8>, tensor<12x2xf32>) -> tensor<?x?x12xf32>
  onnx.return %logits : tensor<?x?x12xf32>
}
