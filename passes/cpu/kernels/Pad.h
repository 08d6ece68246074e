//===- Pad.h - Copies of an image with margins of zeros --------*- C++ -*-===//

#ifndef LLM_PASSES_CPU_KERNELS_PAD_H
#define LLM_PASSES_CPU_KERNELS_PAD_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace llm {

/// out[i...] = i - before is inside of the source ? source[i - before] : 0
struct Pad {
  mlir::linalg::GenericOp op;
  mlir::Value source;
  llvm::SmallVector<int64_t> before; ///< of each dimension, 0 without margins

  /// Of an op on buffers.
  static std::optional<Pad> match(mlir::linalg::GenericOp op);
};

/// Lets a contraction of windows (Contraction::areWindows) read the image
/// itself instead of a copy with margins that nothing else reads: its map then
/// leads outside of the image, where all is zero.
void absorbPad(mlir::linalg::GenericOp op);

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_PAD_H
