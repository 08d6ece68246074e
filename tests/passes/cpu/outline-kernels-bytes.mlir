// RUN: llm-opt %s --llm-outline-kernels="byte-dot=512 word-vectors" | FileCheck %s
// RUN: llm-opt %s --llm-outline-kernels="byte-dot=256" | FileCheck %s --check-prefix=HALVES
// RUN: llm-opt %s --llm-outline-kernels="word-vectors" | FileCheck %s --check-prefix=PAIRS
// RUN: llm-opt %s --llm-outline-kernels | FileCheck %s --check-prefix=NARROW

// Four bytes of a row meet 16 columns. What the zero point is multiplied by comes from
// the panels' columns; a last quad is read behind a mask.
// CHECK-LABEL: func.func private @multiply.u8s8.zero.8x2(
//  CHECK-SAME:     %[[X:[^:]*]]: memref<?xi8>, {{.*}} memref<?xi8>, {{.*}} memref<?xi32>,
//       CHECK:   scf.for
//       CHECK:     %[[COLUMNS:.*]] = vector.load {{.*}} vector<64xi8>
//       CHECK:     vector.load {{.*}} vector<64xi8>
//       CHECK:     %[[QUAD:.*]] = vector.load %[[X]]{{.*}} vector<4xi8>
//       CHECK:     %[[WORD:.*]] = vector.bitcast %[[QUAD]] : vector<4xi8> to vector<1xi32>
//       CHECK:     %[[WORDS:.*]] = vector.broadcast %[[WORD]] : vector<1xi32> to vector<16xi32>
//       CHECK:     %[[BYTES:.*]] = vector.bitcast %[[WORDS]]
//       CHECK:     llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%{{.*}}, %[[BYTES]], %[[COLUMNS]])
//       CHECK:     llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%{{.*}}, %cst{{.*}}, %[[COLUMNS]])
//       CHECK:   scf.for
//       CHECK:     vector.maskedload %[[X]]{{.*}} vector<4xi8>
//       CHECK:   arith.muli
//       CHECK:   arith.subi
//       CHECK:   vector.maskedstore

// A kernel brings columns into panels of four sums side by side.
// CHECK-LABEL: func.func private @kernel.0(
//       CHECK:   vector.shuffle {{.*}} [0, 16, 32, 48, 1, 17, 33, 49,
//       CHECK:   call @multiply.u8s8.zero.8x2(

//  HALVES-LABEL: func.func private @multiply.u8s8.zero.8x2(
//        HALVES:   llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"
//        HALVES:   vector.insert_strided_slice {{.*}} {offsets = [0], strides = [1]}
//        HALVES:   llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"
//        HALVES:   vector.insert_strided_slice {{.*}} {offsets = [8], strides = [1]}

// Without such instructions the first and third bytes and the second and fourth are
// pairs of i16.
//  PAIRS-LABEL: func.func private @multiply.u8s8.zero.8x2(
//        PAIRS:   arith.shli {{.*}} vector<32xi16>
//        PAIRS:   arith.shrsi {{.*}} vector<32xi16>
//        PAIRS:   arith.shrsi {{.*}} vector<32xi16>
//        PAIRS:   arith.andi {{.*}} vector<32xi16>
//        PAIRS:   arith.shrui {{.*}} vector<32xi16>
//        PAIRS:   llvm.call_intrinsic "llvm.x86.avx512.pmaddw.d.512"
//        PAIRS:   llvm.call_intrinsic "llvm.x86.avx512.pmaddw.d.512"

//  NARROW-LABEL: func.func private @multiply.u8s8.zero.8x2(
//        NARROW:   llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
func.func @products(%x: memref<?x?xi8>, %w: memref<?x?xi8>, %zero: memref<?xi32>, %y: memref<?x?xi32>) attributes {llm.graph} {
  linalg.generic {
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m)>, affine_map<(m, n, k) -> (m, n)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%x, %w, %zero : memref<?x?xi8>, memref<?x?xi8>, memref<?xi32>) outs(%y : memref<?x?xi32>) {
  ^bb0(%a: i8, %b: i8, %z: i32, %sum: i32):
    %wideA = arith.extui %a : i8 to i32
    %difference = arith.subi %wideA, %z : i32
    %wideB = arith.extsi %b : i8 to i32
    %product = arith.muli %difference, %wideB : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  }
  return
}
