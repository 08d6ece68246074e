//===- PhaseFunction.h - A phase as a function of a thread -----*- C++ -*-===//
//
// A phase computes its tiles on buffers. Here they are bound: to places in the
// arena and in the weight segment, to arguments of the step and to page pools.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_PHASEFUNCTION_H
#define LLM_PASSES_CPU_PHASEFUNCTION_H

#include "passes/analysis/ArenaPlan.h"
#include "passes/analysis/WeightLayout.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "runtime/lib/ObjectFormat.h"

namespace llm {

/// Entry `at` of a table of numbers, which becomes constant data of the module.
mlir::Value lookUpTable(mlir::ImplicitLocOpBuilder &b, mlir::ModuleOp module,
                        const llvm::Twine &name,
                        llvm::ArrayRef<int64_t> entries, mlir::Value at);

/// A number that LLVM does not see: one that follows from how many layers there
/// are, so that code is the same however deep a model is.
mlir::Value hiddenIndex(mlir::ImplicitLocOpBuilder &b, int64_t value);

class PhaseFunction {
public:
  PhaseFunction(PhaseOp phase, const ArenaPlan &plan,
                const WeightLayout &layout);

  /// A function (team, layer) before the step, in which the calling thread
  /// computes its share of the tiles. `layer` is used only within `llm.repeat`.
  mlir::func::FuncOp create();

  /// What a thread needs while it computes a tile; after create().
  int64_t getScratchBytes() const { return scratchBytes; }

private:
  mlir::Value index(int64_t value);
  mlir::Value dim(llmrt::DimSymbol symbol) const {
    return dims[static_cast<unsigned>(symbol)];
  }
  mlir::Value contextBytes(llvm::StringRef source, unsigned number = 0);
  mlir::Value view(mlir::Value bytes, mlir::Value offset, mlir::MemRefType type,
                   mlir::ValueRange sizes = {});
  mlir::Value bindArgument(mlir::BlockArgument argument);
  mlir::Value bindWeight(WeightOp op);
  mlir::Value bindState(StateOp op);
  mlir::Value bindArena(mlir::Value value, mlir::Type type);
  mlir::Value bindInput(mlir::Value value, mlir::Type type);
  mlir::Value bindResult(mlir::Value value, mlir::Type type);
  mlir::Value rowCount(mlir::Value value);
  void computeTiles(mlir::IRMapping &mapping);
  void lowerPages(mlir::Region &region, const mlir::IRMapping &mapping);

  PhaseOp phase;
  StepOp step;
  mlir::ModuleOp module;
  const ArenaPlan &plan;
  const WeightLayout &layout;
  mlir::ImplicitLocOpBuilder b;
  mlir::Value team, layer;
  llvm::SmallVector<mlir::Value> dims;
  int64_t scratchBytes = 0;
};

} // namespace llm

#endif // LLM_PASSES_CPU_PHASEFUNCTION_H
