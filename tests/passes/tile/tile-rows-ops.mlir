// RUN: llm-opt %s --llm-tile-rows | FileCheck %s

llm.parameter @embed : !llm.packed<96x16, #llm.dense<f32>> from "F32" ["embed"]
llm.parameter @scale : tensor<16xf32> from "F32" ["scale"]
llm.parameter @bias : tensor<16xf32> from "F32" ["bias"]

// CHECK-LABEL: llm.step @each_kind_of_op
//  CHECK-SAME:   arguments ["tokens", "positions", "output_rows"]
//       CHECK:   llm.phase "embedding"
//       CHECK:     llm.weight_element
//       CHECK:   llm.phase "rotary_table"
//   CHECK-DAG:     math.cos
//   CHECK-DAG:     math.sin
//       CHECK:   llm.phase "rope"
//       CHECK:   llm.phase "addf"
//       CHECK:     arith.addf %{{.*}} : vector<16xf32>
//       CHECK:   llm.phase "silu"
//       CHECK:     math.exp
//       CHECK:   llm.phase "gelu"
//       CHECK:     math.exp
//       CHECK:   llm.phase "gelu"
//       CHECK:     math.erf
//       CHECK:   llm.phase "relu"
//       CHECK:     %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
//       CHECK:     %[[NEGATIVE:.*]] = arith.cmpf ogt, %[[ZERO]], %[[NUMBER:.*]] : vector<16xf32>
//       CHECK:     arith.select %[[NEGATIVE]], %[[ZERO]], %[[NUMBER]]
//       CHECK:   llm.phase "scale"
//       CHECK:     %[[FACTOR:.*]] = arith.constant dense<8.000000e+00> : vector<16xf32>
//       CHECK:     arith.mulf %{{.*}}, %[[FACTOR]] : vector<16xf32>
//       CHECK:   llm.phase "layer_norm"
//       CHECK:     math.sqrt
//       CHECK:   llm.phase "gather_rows" tiles #[[OUTPUTS:.*]] inputs
llm.step @each_kind_of_op rows [1, 1] arguments ["tokens", "positions", "output_rows"] outputs ["y"] {
^bb0(%tokens: tensor<?xi32>, %positions: tensor<?xi32>, %wanted: tensor<?xi32>):
  %w = llm.weight @embed : !llm.packed<96x16, #llm.dense<f32>>
  %scale = llm.weight @scale : tensor<16xf32>
  %bias = llm.weight @bias : tensor<16xf32>
  %x = llm.embedding %tokens, %w : tensor<?xi32>, !llm.packed<96x16, #llm.dense<f32>> -> tensor<?x16xf32>
  %t = llm.rotary_table %positions {inverse_frequencies = array<f32: 1.0, 0.1>, scale = 1.0 : f32}
    : tensor<?xi32> -> tensor<?x4xf32>
  %r = llm.rope %x, %t {heads = 1 : i64} : tensor<?x16xf32>, tensor<?x4xf32>
  %a = arith.addf %x, %r : tensor<?x16xf32>
  %s = llm.silu %a : tensor<?x16xf32>
  %gt = llm.gelu "tanh" %s : tensor<?x16xf32>
  %ge = llm.gelu "erf" %gt : tensor<?x16xf32>
  %re = llm.relu %ge : tensor<?x16xf32>
  %f = llm.scale %re by 8.0 : tensor<?x16xf32>
  %n = llm.layer_norm %f, %scale, %bias {epsilon = 1.0e-5 : f64} : tensor<?x16xf32>, tensor<16xf32> -> tensor<?x16xf32>
  %g = llm.gather_rows %n, %wanted : tensor<?x16xf32>, tensor<?xi32>
  llm.yield %g : tensor<?x16xf32>
}
