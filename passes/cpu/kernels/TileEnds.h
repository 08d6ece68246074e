//===- TileEnds.h - What sums of a tile begin and end with -----*- C++ -*-===//

#ifndef LLM_PASSES_CPU_KERNELS_TILEENDS_H
#define LLM_PASSES_CPU_KERNELS_TILEENDS_H

#include "passes/cpu/kernels/ContractionKernel.h"

namespace llm {

/// What is done to sums while registers hold them, of what a group does before
/// and after its contraction: they begin at a number that their row has, as a
/// bias is, and end within bounds, as activations do.
struct TileEnds {
  /// The numbers of rows, or the one number of all; neither if sums begin at
  /// what the result holds.
  mlir::OpOperand *rowStart = nullptr;
  mlir::linalg::GenericOp rowStartOp;
  mlir::TypedAttr start;
  mlir::TypedAttr least, most; ///< null without bound
  /// What is left to do to elements in memory.
  llvm::ArrayRef<mlir::linalg::GenericOp> before, after;

  static TileEnds of(const ContractionGroup &group);
};

/// Not less than the limit, a number, in each lane; NaN stays NaN.
mlir::Value boundBelow(mlir::ImplicitLocOpBuilder &b, mlir::Value limit,
                       mlir::Value sum);
/// Not more than the limit.
mlir::Value boundAbove(mlir::ImplicitLocOpBuilder &b, mlir::Value limit,
                       mlir::Value sum);

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_TILEENDS_H
