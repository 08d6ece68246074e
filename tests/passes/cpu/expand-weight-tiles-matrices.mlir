// RUN: llm-opt %s --llm-expand-weight-tiles="bf16-dot bf16-tiles" | FileCheck %s
// RUN: llm-opt %s --llm-expand-weight-tiles=bf16-dot | FileCheck %s --check-prefix=WITHOUT

// Two blocks of 16 rows by two panels: four registers of sums, two of rows, two
// of weights. They are configured once and given up at the end.
// CHECK-LABEL: func.func @two_by_two(
//  CHECK-SAME:     %[[X:[^:]*]]: memref<?x64xbf16>
//   CHECK-DAG:   %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<64x16xf32>
//       CHECK:   llvm.call_intrinsic "llvm.x86.ldtilecfg"
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tilezero"
//       CHECK:   scf.for
// CHECK-COUNT-3:   llvm.call_intrinsic "llvm.x86.tileloadd64"
//       CHECK:     llvm.call_intrinsic "llvm.x86.tdpbf16ps"
//       CHECK:     llvm.call_intrinsic "llvm.x86.tileloadd64"
// CHECK-COUNT-2:   llvm.call_intrinsic "llvm.x86.tdpbf16ps"
//   CHECK-NOT:     llvm.x86.tdpbf16ps
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tilestored64"
// CHECK-COUNT-64: vector.load %[[SUMS]]
//       CHECK:   llvm.call_intrinsic "llvm.x86.tilerelease"
//  CHECK-NEXT:   return
// WITHOUT-NOT: llvm.x86.t
func.func @two_by_two(%x: memref<?x64xbf16>, %row: index, %w: memref<4096xi8>, %p: index, %q: index)
    -> (vector<32x16xf32>, vector<32x16xf32>) {
  %y, %z = llm.linear_tile %x[%row], [%w, %w], [%p, %q]
    types [!llm.packed<32x64, #llm.dense<bf16>>, !llm.packed<32x64, #llm.dense<bf16>>]
    : memref<?x64xbf16>, memref<4096xi8>, memref<4096xi8> -> vector<32x16xf32>, vector<32x16xf32>
  return %y, %z : vector<32x16xf32>, vector<32x16xf32>
}

// Rows that fill no register, in features that fill no row of one, weights of
// another type: dot products.
// CHECK-LABEL: func.func @few_rows(
//   CHECK-NOT:   llvm.x86.t
//       CHECK:   x86vector.avx512.dot
func.func @few_rows(%x: memref<?x64xbf16>, %row: index, %w: memref<4096xi8>, %p: index) -> vector<8x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%p] types [!llm.packed<32x64, #llm.dense<bf16>>]
    : memref<?x64xbf16>, memref<4096xi8> -> vector<8x16xf32>
  return %y : vector<8x16xf32>
}

// CHECK-LABEL: func.func @odd_columns(
//   CHECK-NOT:   llvm.x86.t
//       CHECK:   x86vector.avx512.dot
func.func @odd_columns(%x: memref<?x64xbf16>, %row: index, %w: memref<3072xi8>, %p: index) -> vector<16x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%p] types [!llm.packed<32x48, #llm.dense<bf16>>]
    : memref<?x64xbf16>, memref<3072xi8> -> vector<16x16xf32>
  return %y : vector<16x16xf32>
}

// CHECK-LABEL: func.func @f32(
//   CHECK-NOT:   llvm.x86.t
//       CHECK:   vector.fma
func.func @f32(%x: memref<?x64xf32>, %row: index, %w: memref<8192xi8>, %p: index) -> vector<16x16xf32> {
  %y = llm.linear_tile %x[%row], [%w], [%p] types [!llm.packed<32x64, #llm.dense<f32>>]
    : memref<?x64xf32>, memref<8192xi8> -> vector<16x16xf32>
  return %y : vector<16x16xf32>
}
