//===- MultiplyTile.h - Products of a few rows and panels ------*- C++ -*-===//
//
// The innermost loop of every contraction: sums of some rows and one or two
// panels of 16 columns stay in registers while the sums' index runs. Functions
// of a module, shared by all its kernels whatever their shapes are, since they
// take strides. Each sum adds its terms in order, one fused multiply-add each,
// so that results do not depend on how rows and columns were cut into tiles.
// The few columns behind the last panel have sums of 16 lanes, which are added
// in the end.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_KERNELS_MULTIPLYTILE_H
#define LLM_PASSES_CPU_KERNELS_MULTIPLYTILE_H

#include "passes/cpu/kernels/ByteDot.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llm {

/// x * y + sum, in each lane.
mlir::Value multiplyAdd(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                        mlir::Value y, mlir::Value sum);

/// What is multiplied: numbers of one type, or bytes with and without a sign.
struct Factors {
  mlir::Type element;
  bool lhsUnsigned = false; ///< of bytes: the lhs has no sign, the rhs does
  bool hasZero = false;     ///< of bytes: rows of the lhs have zero points
  /// The rhs is a matrix whose rows are the sums, not panels; not of bytes.
  bool rhsInPlace = false;
  IntegerDots dots;
};

/// `multiply.TYPE.ROWSxPANELS(lhs, at, row stride, rhs, at, panel stride, out,
/// at, row stride, sums, columns, starts, at, row stride, begins, ends, least,
/// most)`: buffers are of one dimension, places and strides count elements. The
/// lhs has its sums one after another, a panel 16 columns for each sum.
/// Computes the first `columns` of 16 * PANELS columns. Sums begin at what
/// `starts` holds for their row if `begins`, else at what `out` holds, and are
/// brought within [least, most] if `ends`.
///
/// `multiply.TYPE.inplace.ROWSxPANELS`: the rhs has its columns one after
/// another and its sums a stride apart, which stands where the panel stride
/// does. All columns are read, though only `columns` are computed.
///
/// Bytes add up to i32. Their panels hold four sums of a column side by side,
/// zeros behind the last one. With zero points `(zeros, at, row stride)` are
/// further arguments, of i32.
mlir::func::FuncOp multiplyTile(mlir::ModuleOp module, const Factors &factors,
                                int64_t rows, int64_t panels);

/// `multiply.TYPE.ROWSxcolumn(lhs, at, row stride, rhs, at, out, at, row
/// stride, sums, starts, at, row stride, begins, ends, least, most)`: one
/// column, which has its sums one after another as well.
mlir::func::FuncOp multiplyColumn(mlir::ModuleOp module, mlir::Type element,
                                  int64_t rows);

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_MULTIPLYTILE_H
