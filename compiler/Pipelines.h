//===- Pipelines.h - The stages of a compilation ---------------*- C++ -*-===//
//
// One table names the stages; --emit=, VerifyStage and the documentation derive
// from it.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_PIPELINES_H
#define LLM_COMPILER_PIPELINES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace llm {

struct CpuTarget;

/// What the passes of a pipeline are told.
struct PipelineOptions {
  std::string quantize; ///< scheme of weights; empty: as stored
  std::string kvElement = "f32";
  int64_t pageTokens = 32;
  int64_t maxRows = 512;
  int64_t maxContext = 8192;
  bool batchInvariant = false;
  bool noPlainLoops = false; ///< of graphs: products that no tile multiplies
  const CpuTarget *target = nullptr; ///< from "phases" on
  std::string dtype = "auto";        ///< dense matrices are stored as this
  bool roundToInt8 = true;           ///< inputs of layers of quantized weights
  bool roundToBF16 = true;           ///< inputs of layers of bf16 weights
  std::string stepSymbol = "step";
};

struct Stage {
  llvm::StringRef name; ///< as in --emit=
  llvm::StringRef help;
  void (*build)(mlir::OpPassManager &, const PipelineOptions &);
  bool perTarget; ///< runs once for each CPU level
};

/// From scf, memref, vector and arith to the LLVM dialect. With
/// `barePointers` a function's statically shaped buffers become pointers.
void addConversionToLLVM(mlir::OpPassManager &pm, bool barePointers);

/// In the order in which they run.
llvm::ArrayRef<Stage> stages();

/// The same for a general graph, which becomes a function of tensors.
llvm::ArrayRef<Stage> graphStages();

} // namespace llm

#endif // LLM_COMPILER_PIPELINES_H
