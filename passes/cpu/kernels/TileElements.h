//===- TileElements.h - What runs element by element on a tile -*- C++ -*-===//

#ifndef LLM_PASSES_CPU_KERNELS_TILEELEMENTS_H
#define LLM_PASSES_CPU_KERNELS_TILEELEMENTS_H

#include "passes/cpu/kernels/Contraction.h"
#include "passes/cpu/kernels/KernelFunction.h"

namespace llm {

/// A tile of a contraction's result: where it stands in the outer loops, and
/// its rows and columns, each counted as one loop.
struct TileElements {
  TileElements(const Contraction &c, KernelFunction &k) : c(c), k(k) {}

  const Contraction &c;
  KernelFunction &k;
  llvm::SmallVector<mlir::Value> outer, rowSizes;
  mlir::Value firstRow, endRow, firstColumn, endColumn;

  /// Runs an op that joins the contraction at each element of the tile.
  void run(mlir::linalg::GenericOp op) const;
  /// Where a row of a buffer of the result's shape begins.
  mlir::Value rowPlace(const FlatBuffer &buffer, mlir::Value row) const;
  mlir::Value rowStride(const FlatBuffer &buffer) const;
};

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_TILEELEMENTS_H
