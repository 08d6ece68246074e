//===- WeightLayout.h - Where each weight lies in the segment --*- C++ -*-===//
//
// Weights are stored once, for every CPU level, in the order in which a step
// reads them: what stands before the layers, then layer by layer, then what
// stands after. Kernels and the packer both ask here.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ANALYSIS_WEIGHTLAYOUT_H
#define LLM_PASSES_ANALYSIS_WEIGHTLAYOUT_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"

namespace llm {

/// Bytes of an element of a tensor: one where it has fewer than 8 bits.
int64_t bytesInMemory(mlir::Type element);

/// Bytes that a parameter's type takes in the segment.
int64_t packedBytes(mlir::Type type);

class WeightLayout {
public:
  explicit WeightLayout(mlir::ModuleOp module);

  /// Offset of each entry of the parameter's table; -1 where it has none.
  llvm::ArrayRef<int64_t> offsets(llvm::StringRef parameter) const;
  int64_t bytes() const { return total; }

private:
  llvm::MapVector<mlir::StringAttr, llvm::SmallVector<int64_t>> table;
  int64_t total = 0;
};

} // namespace llm

#endif // LLM_PASSES_ANALYSIS_WEIGHTLAYOUT_H
