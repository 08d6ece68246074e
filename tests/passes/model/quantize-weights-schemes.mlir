// RUN: llm-opt %s --llm-quantize-weights | FileCheck %s --check-prefix=INT8
// RUN: llm-opt %s --llm-quantize-weights=scheme=int8-g64-asym | FileCheck %s --check-prefix=INT8-ASYM
// RUN: llm-opt %s --llm-quantize-weights=scheme=int4 | FileCheck %s --check-prefix=INT4
// RUN: llm-opt %s --llm-quantize-weights=scheme=int4-g32 | FileCheck %s --check-prefix=INT4
// RUN: llm-opt %s --llm-quantize-weights=scheme=int4-asym | FileCheck %s --check-prefix=INT4-ASYM
// RUN: llm-opt %s --llm-quantize-weights=scheme=int4-g128 | FileCheck %s --check-prefix=INT4-G128
// RUN: llm-opt %s --llm-quantize-weights=scheme=int4-g128-asym | FileCheck %s --check-prefix=INT4-G128-ASYM

// What --quantize= accepts. 96 columns are no multiple of 64 or 128.

// RUN: not llm-opt %s --llm-quantize-weights=scheme=int5 2>&1 | FileCheck %s --check-prefix=WRONG
// RUN: not llm-opt %s --llm-quantize-weights=scheme=int4-g48 2>&1 | FileCheck %s --check-prefix=WRONG
// RUN: not llm-opt %s --llm-quantize-weights=scheme=int4-asym-g32 2>&1 | FileCheck %s --check-prefix=WRONG
// RUN: not llm-opt %s --llm-quantize-weights=scheme=int88 2>&1 | FileCheck %s --check-prefix=WRONG
// WRONG: scheme 'int{{[-0-9a-z]+}}'; accepted: int8 or int4, then -g32, -g64 or -g128 (default: -g32), then -asym or nothing

// INT8: @up : {{.*}}<bits = 8, group = 32, zero = 128, minimum = false, super = 0>>
// INT8-ASYM: @up : {{.*}}<bits = 8, group = 64, zero = 0, minimum = true, super = 0>>
// INT4: @up : {{.*}}<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>
// INT4-ASYM: @up : {{.*}}<bits = 4, group = 32, zero = 0, minimum = true, super = 0>>
// INT4-G128: @up : {{.*}}<bits = 4, group = 128, zero = 8, minimum = false, super = 0>>
// INT4-G128-ASYM: @up : {{.*}}<bits = 4, group = 128, zero = 0, minimum = true, super = 0>>
llm.parameter @up : !llm.packed<96x96, #llm.dense<f32>> from "F32" ["layers.0.up"]

func.func @forward(%x: tensor<?x96xf32>) -> tensor<?x96xf32> {
  %y = llm.repeat %x kinds [0] : tensor<?x96xf32> {
  ^bb0(%h: tensor<?x96xf32>, %layer: index):
    %up = llm.weight @up[%layer] : !llm.packed<96x96, #llm.dense<f32>>
    %z = llm.linear %h, %up : tensor<?x96xf32>, !llm.packed<96x96, #llm.dense<f32>> -> tensor<?x96xf32>
    llm.yield %z : tensor<?x96xf32>
  }
  return %y : tensor<?x96xf32>
}
