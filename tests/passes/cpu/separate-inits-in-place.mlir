// RUN: llm-opt %s --llm-separate-inits | FileCheck %s

#both = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (j)>

// CHECK-LABEL: func.func @writes_over_what_it_reads_last(
//  CHECK-SAME:   %[[X:.*]]: tensor<4x8xf32>, %[[B:.*]]: tensor<8xf32>
//       CHECK:   %[[OWN:.*]] = tensor.empty() : tensor<4x8xf32>
//       CHECK:   %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[B]] : {{.*}}) outs(%[[OWN]]
//       CHECK:   %[[OTHER:.*]] = linalg.generic {{.*}} ins(%[[SUM]] : {{.*}}) outs(%[[SUM]]
//       CHECK:   return %[[OTHER]]
func.func @writes_over_what_it_reads_last(%x: tensor<4x8xf32>, %bias: tensor<8xf32>) -> tensor<4x8xf32> attributes {llm.graph} {
  %empty = tensor.empty() : tensor<4x8xf32>
  %sum = linalg.generic {indexing_maps = [#both, #row, #both], iterator_types = ["parallel", "parallel"]} ins(%x, %bias : tensor<4x8xf32>, tensor<8xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %c = arith.addf %a, %b : f32
    linalg.yield %c : f32
  } -> tensor<4x8xf32>
  %power = linalg.generic {indexing_maps = [#both, #both], iterator_types = ["parallel", "parallel"]} ins(%sum : tensor<4x8xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %c = math.exp %a : f32
    linalg.yield %c : f32
  } -> tensor<4x8xf32>
  return %power : tensor<4x8xf32>
}

// What is read again keeps its elements, and so does what an op turns round.
// CHECK-LABEL: func.func @keeps_what_is_read_again(
//  CHECK-SAME:   %[[X:.*]]: tensor<8x8xf32>
//       CHECK:   %[[THIRD:.*]] = tensor.empty()
//       CHECK:   %[[FIRST:.*]] = tensor.empty()
//       CHECK:   %[[A:.*]] = linalg.generic {{.*}} ins(%[[X]] : {{.*}}) outs(%[[FIRST]]
//       CHECK:   %[[SECOND:.*]] = tensor.empty()
//       CHECK:   %[[B:.*]] = linalg.generic {{.*}} ins(%[[A]] : {{.*}}) outs(%[[SECOND]]
//       CHECK:   linalg.generic {{.*}} ins(%[[B]] : {{.*}}) outs(%[[THIRD]]
func.func @keeps_what_is_read_again(%x: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>) attributes {llm.graph} {
  %empty = tensor.empty() : tensor<8x8xf32>
  %a = linalg.generic {indexing_maps = [#both, #both], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<8x8xf32>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%e: f32, %out: f32):
    %c = math.exp %e : f32
    linalg.yield %c : f32
  } -> tensor<8x8xf32>
  %b = linalg.generic {indexing_maps = [#both, #both], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<8x8xf32>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%e: f32, %out: f32):
    %c = math.log %e : f32
    linalg.yield %c : f32
  } -> tensor<8x8xf32>
  %turned = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, #both], iterator_types = ["parallel", "parallel"]} ins(%b : tensor<8x8xf32>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%e: f32, %out: f32):
    linalg.yield %e : f32
  } -> tensor<8x8xf32>
  return %a, %turned : tensor<8x8xf32>, tensor<8x8xf32>
}
