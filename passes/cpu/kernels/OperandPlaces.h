//===- OperandPlaces.h - Where a contraction reads -------------*- C++ -*-===//

#ifndef LLM_PASSES_CPU_KERNELS_OPERANDPLACES_H
#define LLM_PASSES_CPU_KERNELS_OPERANDPLACES_H

#include "passes/cpu/kernels/Contraction.h"
#include "passes/cpu/kernels/KernelFunction.h"

namespace llm {

/// Places of an operand of a contraction in its flat buffer.
struct OperandPlaces {
  const Contraction &c;
  KernelFunction &k;
  mlir::OpOperand &operand;
  FlatBuffer flat;

  OperandPlaces(const Contraction &c, KernelFunction &k,
                mlir::OpOperand &operand)
      : c(c), k(k), operand(operand),
        flat(k.flatten(k.mapping.lookup(operand.get()))) {}

  /// The buffer with its dimensions.
  mlir::Value shaped() const { return k.mapping.lookup(operand.get()); }
  /// Where the operand's map leads while all loops stand at 0.
  mlir::Value start() const;
  /// How far a step of the loop moves; null if it does not.
  mlir::Value distance(unsigned loop) const;
  /// Where `place` moves to as these loops do.
  mlir::Value move(mlir::Value place, llvm::ArrayRef<unsigned> loops,
                   llvm::ArrayRef<mlir::Value> ivs) const;
};

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_OPERANDPLACES_H
