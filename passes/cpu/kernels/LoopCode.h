//===- LoopCode.h - The loops of an op inside of a kernel ------*- C++ -*-===//

#ifndef LLM_PASSES_CPU_KERNELS_LOOPCODE_H
#define LLM_PASSES_CPU_KERNELS_LOOPCODE_H

#include "passes/cpu/kernels/KernelFunction.h"

namespace llm {

/// Writes parts of an op's loop nest: `ivs` says where its loops stand.
class LoopCode {
public:
  LoopCode(mlir::linalg::GenericOp op, KernelFunction &kernel)
      : op(op), k(kernel), ivs(op.getNumLoops()) {}

  mlir::linalg::GenericOp op;
  KernelFunction &k;
  llvm::SmallVector<mlir::Value> sizes, ivs;

  /// An operand that is read and written at one place of a flat buffer instead
  /// of that of its map.
  struct Place {
    mlir::Value buffer, index;
  };
  llvm::DenseMap<mlir::OpOperand *, Place> flat;

  /// The number that results start from instead of what their buffers hold;
  /// may be null.
  mlir::Value start;

  /// Runs a loop from begin to end around the body.
  void loop(unsigned number, mlir::Value begin, mlir::Value end,
            llvm::function_ref<void()> body);
  void nest(llvm::ArrayRef<unsigned> loops, llvm::function_ref<void()> body);
  /// The body with these loops as reductions, their sums in registers.
  void sums(llvm::ArrayRef<unsigned> loops);
  /// The body alone.
  void body();

  /// Where the operand's map leads, and its element there.
  llvm::SmallVector<mlir::Value> place(mlir::OpOperand &operand);
  mlir::Value load(mlir::OpOperand &operand);
  void store(mlir::OpOperand &operand, mlir::Value value);

private:
  llvm::SmallVector<mlir::Value> sum(llvm::ArrayRef<unsigned> loops,
                                     mlir::ValueRange sums);
  llvm::SmallVector<mlir::Value> compute(mlir::ValueRange sums);
};

/// How often each loop of an op on buffers runs, at `b`.
llvm::SmallVector<mlir::Value>
loopSizes(mlir::linalg::GenericOp op, mlir::ImplicitLocOpBuilder &b,
          llvm::function_ref<mlir::Value(mlir::Value)> find);

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_LOOPCODE_H
