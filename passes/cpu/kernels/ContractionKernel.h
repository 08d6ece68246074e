//===- ContractionKernel.h - Tiles of a contraction ------------*- C++ -*-===//
//
// A tile is some rows by 64 columns of the result. It brings the columns of the
// rhs that it needs into panels of 16, in scratch memory and a block of sums at
// a time (so convolutions are products of matrices of which the matrix of
// windows never exists), and multiplies (MultiplyTile.h). What comes before and
// after element by element runs on the same tile while it lies in the cache:
// biases, activations, sums with other results.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_KERNELS_CONTRACTIONKERNEL_H
#define LLM_PASSES_CPU_KERNELS_CONTRACTIONKERNEL_H

#include "passes/cpu/kernels/ByteDot.h"
#include "passes/cpu/kernels/Contraction.h"
#include "passes/cpu/kernels/KernelFunction.h"

namespace llm {

/// Rows and panels whose sums a level's registers hold.
struct RegisterTile {
  int64_t rows, panels;
  IntegerDots dots;
};

/// A contraction with what is done to each element of its result before and
/// after it.
struct ContractionGroup {
  Contraction contraction;
  llvm::SmallVector<mlir::linalg::GenericOp> before, after;

  /// The contraction at `op` and all that joins it; nullopt if it is none that
  /// tiles can do.
  static std::optional<ContractionGroup> around(mlir::linalg::GenericOp op);

  /// In the order in which they run.
  llvm::SmallVector<mlir::linalg::GenericOp> ops() const;
  /// Bytes of scratch that a thread needs.
  int64_t scratchBytes() const;
  void write(KernelFunction &kernel, mlir::ModuleOp module,
             RegisterTile registers) const;
  /// The number of tiles and of innermost iterations, at `b`.
  std::pair<mlir::Value, mlir::Value>
  extent(mlir::ImplicitLocOpBuilder &b) const;
};

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_CONTRACTIONKERNEL_H
