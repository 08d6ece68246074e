//===- VectorSums.h - Reductions along rows, 16 sums at a time -*- C++ -*-===//

#ifndef LLM_PASSES_CPU_KERNELS_VECTORSUMS_H
#define LLM_PASSES_CPU_KERNELS_VECTORSUMS_H

#include "passes/cpu/kernels/LoopCode.h"

namespace llm {

/// A reduction that vectors may do: LLVM keeps the order of floats as written,
/// so it makes none of a loop. Lane i sums every 16th element from i on, and
/// the lanes are added in the end; the order depends on the size alone.
class VectorSums {
public:
  /// Whether the op's innermost reduction runs along its operands' rows and
  /// combines by one op what elementwise ops make of them.
  static bool canDo(mlir::linalg::GenericOp op, llvm::ArrayRef<unsigned> loops);

  VectorSums(LoopCode &code, llvm::ArrayRef<unsigned> loops)
      : code(code), k(code.k), loops(loops) {}
  /// All of the loops; the op's result becomes `before` combined with the sums.
  mlir::Value write(mlir::Value before);

private:
  mlir::Value nest(llvm::ArrayRef<unsigned> rest, mlir::Value sums);
  mlir::Value row(mlir::Value sums);
  /// The combined value of 16 elements, of which the mask's are there.
  mlir::Value step(mlir::Value sums, mlir::Value mask);
  mlir::Value neutral();
  mlir::Operation *combination();

  LoopCode &code;
  KernelFunction &k;
  llvm::ArrayRef<unsigned> loops;
};

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_VECTORSUMS_H
