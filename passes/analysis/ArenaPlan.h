//===- ArenaPlan.h - Where the values of a step lie in memory --*- C++ -*-===//
//
// Every tensor that a step computes gets a place in one arena, whose size is
// known when the model is compiled. Values share memory when one is dead before
// the other is written; a result takes the place of an operand where its phase
// allows it, so the hidden state stays in one buffer through all layers.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ANALYSIS_ARENAPLAN_H
#define LLM_PASSES_ANALYSIS_ARENAPLAN_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/DenseMap.h"

namespace llm {

class ArenaPlan {
public:
  /// Plans a step; `rows` is how many the largest step has. Emits an error and
  /// returns failure if a layer's result cannot take the hidden state's place.
  static mlir::FailureOr<ArenaPlan> create(StepOp step, int64_t rows);

  /// Byte offset of a tensor of rows (not of a slice), or nothing for what the
  /// step was given or hands out.
  std::optional<int64_t> offset(mlir::Value value) const;
  int64_t bytes() const { return total; }

private:
  struct Buffer {
    int64_t bytes = 0;
    int64_t first = 0, last = 0; ///< positions of phases
    /// Rows with padding: nothing else may write there, ever, so that padding
    /// stays zero.
    bool exclusive = false;
    int64_t offset = 0;
    mlir::Value holder; ///< the value it holds at this point of the walk
  };

  void number(mlir::Block &block);
  mlir::LogicalResult assign(mlir::Block &block, mlir::Value carried);
  int64_t lastUse(mlir::Value value) const;
  unsigned newBuffer(mlir::Value value, int64_t position);
  void put(mlir::Value value, unsigned buffer);
  void place();

  int64_t ownRows = 0, mostRows = 0, total = 0;
  llvm::DenseMap<mlir::Operation *, int64_t> positions, ends;
  llvm::DenseMap<mlir::Value, unsigned> bufferOf;
  llvm::SmallVector<Buffer> buffers;
};

} // namespace llm

#endif // LLM_PASSES_ANALYSIS_ARENAPLAN_H
