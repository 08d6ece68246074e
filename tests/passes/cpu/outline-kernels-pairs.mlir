// RUN: llm-opt %s --llm-outline-kernels=word-dot | FileCheck %s
// RUN: llm-opt %s --llm-outline-kernels | FileCheck %s --check-prefix=HALVES

// Products of i16 come two at a time; a last one without a partner is widened.
// CHECK-LABEL: func.func private @multiply.i16.8x2(
//  CHECK-SAME:     %[[X:[^:]*]]: memref<?xi16>, {{.*}} memref<?xi16>, {{.*}} memref<?xi32>,
//       CHECK:   scf.for
//       CHECK:     vector.shuffle {{.*}} [0, 16, 1, 17, 2, 18,
//       CHECK:     %[[PAIR:.*]] = vector.load %[[X]]{{.*}} vector<2xi16>
//       CHECK:     %[[WORD:.*]] = vector.bitcast %[[PAIR]] : vector<2xi16> to vector<1xi32>
//       CHECK:     vector.broadcast %[[WORD]] : vector<1xi32> to vector<16xi32>
//       CHECK:     llvm.call_intrinsic "llvm.x86.avx512.pmaddw.d.512"
//       CHECK:   scf.for
//   CHECK-NOT:     llvm.call_intrinsic
//       CHECK:     arith.extsi {{.*}} : vector<16xi16> to vector<16xi32>
//       CHECK:     arith.muli
//       CHECK:   vector.maskedstore

// In vectors of 32 bytes, two halves.
//  HALVES-LABEL: func.func private @multiply.i16.8x2(
//        HALVES:   llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
//        HALVES:   vector.insert_strided_slice {{.*}} {offsets = [0], strides = [1]}
//        HALVES:   llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
//        HALVES:   vector.insert_strided_slice {{.*}} {offsets = [8], strides = [1]}
func.func @products(%x: memref<?x?xi16>, %w: memref<?x?xi16>, %y: memref<?x?xi32>) attributes {llm.graph} {
  linalg.generic {
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%x, %w : memref<?x?xi16>, memref<?x?xi16>) outs(%y : memref<?x?xi32>) {
  ^bb0(%a: i16, %b: i16, %sum: i32):
    %wideA = arith.extsi %a : i16 to i32
    %wideB = arith.extsi %b : i16 to i32
    %product = arith.muli %wideA, %wideB : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  }
  return
}
