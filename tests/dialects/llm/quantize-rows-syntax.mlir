// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip(
//  CHECK-SAME:     %[[X:.*]]: tensor<?x576xf32>)
//       CHECK:   llm.quantize_rows %[[X]] : tensor<?x576xf32> -> tensor<?x576xi8>, tensor<?x18xf32>, tensor<?x36xi32>
func.func @round_trip(%x: tensor<?x576xf32>) -> (tensor<?x576xi8>, tensor<?x18xf32>, tensor<?x36xi32>) {
  %q, %s, %u = llm.quantize_rows %x : tensor<?x576xf32>
    -> tensor<?x576xi8>, tensor<?x18xf32>, tensor<?x36xi32>
  return %q, %s, %u : tensor<?x576xi8>, tensor<?x18xf32>, tensor<?x36xi32>
}

// CHECK-LABEL: func.func @columns_that_fill_no_group(
//       CHECK:   llm.quantize_rows {{.*}} -> tensor<?x40xi8>, tensor<?x2xf32>, tensor<?x3xi32>
func.func @columns_that_fill_no_group(%x: tensor<?x40xf32>) -> tensor<?x40xi8> {
  %q, %s, %u = llm.quantize_rows %x : tensor<?x40xf32> -> tensor<?x40xi8>, tensor<?x2xf32>, tensor<?x3xi32>
  return %q : tensor<?x40xi8>
}
