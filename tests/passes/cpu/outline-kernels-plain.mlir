// RUN: llm-opt %s --llm-outline-kernels --split-input-file --verify-diagnostics -o /dev/null
// RUN: llm-opt %s --llm-outline-kernels --split-input-file 2>/dev/null | FileCheck %s --check-prefix=GOES-ON
// RUN: not llm-opt %s --llm-outline-kernels=no-plain-loops --split-input-file 2>&1 | FileCheck %s

// A left matrix that is read by columns: tiles want its sums one after another.
// GOES-ON: llm.launch @kernel.0
// CHECK: error: 1 sum of products that no tile multiplies would run as plain loops: product
// expected-remark@+1 {{1 sum of products that no tile multiplies runs as plain loops: product}}
module {
  func.func @columns(%x: memref<?x?xf32>, %w: memref<?x?xf32>, %y: memref<?x?xf32>) attributes {llm.graph} {
    linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]
    } ins(%x, %w : memref<?x?xf32>, memref<?x?xf32>) outs(%y : memref<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %sum: f32):
      %product = arith.mulf %a, %b : f32
      %next = arith.addf %sum, %product : f32
      linalg.yield %next : f32
    } loc("product")
    return
  }
}

// -----

// Nobody waits for a small one.
module {
  func.func @small(%x: memref<8x4xf32>, %w: memref<8x16xf32>, %y: memref<4x16xf32>) attributes {llm.graph} {
    linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]
    } ins(%x, %w : memref<8x4xf32>, memref<8x16xf32>) outs(%y : memref<4x16xf32>) {
    ^bb0(%a: f32, %b: f32, %sum: f32):
      %product = arith.mulf %a, %b : f32
      %next = arith.addf %sum, %product : f32
      linalg.yield %next : f32
    }
    return
  }
}
