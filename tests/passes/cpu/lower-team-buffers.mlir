// RUN: llm-opt %s --llm-lower-team | FileCheck %s

module attributes {llm.scratch_bytes = 128 : i64} {
  // Each thread has its own piece of the scratch memory.
  // CHECK-LABEL: func.func private @scratch(
  //  CHECK-SAME:     %{{.*}}: !llvm.ptr, %[[THREAD:.*]]: i64)
  //       CHECK:   %[[BYTES:.*]] = llvm.mlir.constant(128 : i64)
  //       CHECK:   %[[OFFSET:.*]] = llvm.mul %[[THREAD]], %[[BYTES]]
  //       CHECK:   llvm.getelementptr %{{.*}}[%[[OFFSET]]]
  func.func private @scratch(%team: !llm.team) attributes {llm.rows = array<i64: 1, 1>} {
    %c0 = arith.constant 0 : index
    %s = llm.context_buffer %team "scratch" 0 : memref<128xi8>
    %b = memref.load %s[%c0] : memref<128xi8>
    memref.store %b, %s[%c0] : memref<128xi8>
    return
  }

  // A buffer of two dimensions: the first stride is the second size.
  // CHECK-LABEL: func.func private @table(
  //       CHECK:   %[[COLUMNS:.*]] = arith.index_cast %{{.*}} : index to i64
  //       CHECK:   llvm.insertvalue %[[COLUMNS]], %{{.*}}[3, 1]
  //       CHECK:   %[[STRIDE:.*]] = llvm.mul %{{.*}}, %[[COLUMNS]]
  //       CHECK:   llvm.insertvalue %[[STRIDE]], %{{.*}}[4, 0]
  func.func private @table(%team: !llm.team) attributes {llm.rows = array<i64: 2, 2>} {
    %sequences = llm.context_dim %team 1
    %pages = llm.context_dim %team 3
    %c0 = arith.constant 0 : index
    %t = llm.context_buffer %team "argument" 3 [%sequences, %pages] : memref<?x?xi32>
    %b = memref.load %t[%c0, %c0] : memref<?x?xi32>
    memref.store %b, %t[%c0, %c0] : memref<?x?xi32>
    return
  }
}
