//===- VectorLoops.h - Loops of an op, 16 iterations at a time -*- C++ -*-===//
//
// LLVM vectorizes innermost loops whose order does not matter. Two kinds of
// reductions are left: sums along rows, whose order it keeps as written, and
// sums of windows or columns, where the loop to vectorize is an outer one.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_KERNELS_VECTORLOOPS_H
#define LLM_PASSES_CPU_KERNELS_VECTORLOOPS_H

#include "passes/cpu/kernels/LoopCode.h"

namespace llm {

/// Whether the innermost of the loops, all of them reductions of one result,
/// with those around it that go on where it ends, is long enough and can be
/// done 16 at a time: lane i sums every 16th element from i on, and the lanes
/// are added in the end. The order depends on the sizes alone.
bool canSumRows(mlir::linalg::GenericOp op, llvm::ArrayRef<unsigned> loops);
void sumRows(LoopCode &code, llvm::ArrayRef<unsigned> loops);

/// Whether reductions can be done for 16 places of the parallel loop `lane`
/// side by side.
bool canSumColumns(mlir::linalg::GenericOp op, unsigned lane);
void sumColumns(LoopCode &code, unsigned lane, mlir::Value begin,
                mlir::Value end, llvm::ArrayRef<unsigned> sums);

/// Every second element of two vectors.
mlir::Value evenElements(mlir::ImplicitLocOpBuilder &b, mlir::Value low,
                         mlir::Value high);

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_VECTORLOOPS_H
