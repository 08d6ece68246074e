//===- Contraction.h - Sums of products that tiles multiply ----*- C++ -*-===//
//
// What products of matrices and convolutions have in common:
//
//   out[outer..., rows..., columns...] += sum over sums... of
//       (lhs[outer, rows, sums] - zero[outer, rows]) * rhs[outer, columns,
//       sums]
//
// where the lhs lies row by row with its sums one after another, and the rhs is
// read at any place that is linear in the loops, as windows of an image are.
// Only bytes have a zero point.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_KERNELS_CONTRACTION_H
#define LLM_PASSES_CPU_KERNELS_CONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace llm {

struct Contraction {
  mlir::linalg::GenericOp op;
  mlir::OpOperand *lhs, *rhs, *out;
  /// Loops of the op. Those of the result come first and in this order.
  llvm::SmallVector<unsigned> outer, rows, columns, sums;
  /// The rhs holds panels as they are multiplied (llm.panels): one column loop,
  /// one of sums.
  bool hasPanels = false;
  /// Of bytes: the lhs is the one without a sign.
  bool lhsUnsigned = false;
  /// The zero point: an operand, one number, or neither.
  mlir::OpOperand *zero = nullptr;
  mlir::TypedAttr zeroNumber;

  /// Of an op on buffers, whose result lies row by row with its columns one
  /// after another. Sums of f32, f64 and i32, the latter of products of i32 or
  /// bytes.
  static std::optional<Contraction> match(mlir::linalg::GenericOp op);

  mlir::Type elementType() const {
    return mlir::getElementTypeOrSelf(out->get().getType());
  }
  /// Of what is multiplied.
  mlir::Type factorType() const {
    return mlir::getElementTypeOrSelf(lhs->get().getType());
  }
  bool areBytes() const { return factorType().isInteger(8); }
  bool hasZero() const { return zero || zeroNumber; }
  /// By how much a result of the operand's map moves with each step of a loop.
  int64_t coefficient(mlir::OpOperand &operand, unsigned result,
                      unsigned loop) const;
  /// Whether all columns of the rhs lie evenly apart.
  bool columnsAreOneRun() const;
  /// Whether the rhs is a matrix with a row of columns, one after another, for
  /// each sum.
  bool rhsHasRows() const;
  /// Whether there are no rows, and the sums are few and walk through a window
  /// of the image that the columns walk through, one or two of its elements
  /// from column to column.
  bool areWindows() const;
};

/// By how much the expression grows with each step of a loop; nullopt if that
/// varies.
std::optional<int64_t> stepAlong(mlir::AffineExpr expr, unsigned loop,
                                 unsigned loops);

/// Whether the dimensions [first, last] of a buffer lie as one dimension would.
bool areContiguous(mlir::Value buffer, unsigned first, unsigned last);

/// Whether neighbours in a dimension are neighbours in memory.
bool hasUnitStride(mlir::MemRefType type, unsigned dim);

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_CONTRACTION_H
