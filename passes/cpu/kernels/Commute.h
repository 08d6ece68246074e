//===- Commute.h - What may run in another order ---------------*- C++ -*-===//

#ifndef LLM_PASSES_CPU_KERNELS_COMMUTE_H
#define LLM_PASSES_CPU_KERNELS_COMMUTE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace llm {

/// The buffer that a view looks into.
mlir::Value rootOf(mlir::Value buffer);

/// Nothing else in the block's reach leads to the buffer.
bool isFresh(mlir::Value buffer, mlir::Block *block);

/// Whether `op` may run after `next` instead of before.
bool commute(mlir::linalg::GenericOp op, mlir::linalg::GenericOp next);

/// Whether loops may move across an op, if what it releases is released behind
/// them.
bool isPassed(mlir::Operation *op);

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_COMMUTE_H
