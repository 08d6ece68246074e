//===- Registration.h - All dialects, passes and pipelines -----*- C++ -*-===//
//
// The one list of what the tools know, used by llm-compile and llm-opt alike.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_REGISTRATION_H
#define LLM_COMPILER_REGISTRATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace llm {

/// Adds every dialect that a stage may hold, with the external models (of
/// bufferization, tiling, translation to LLVM) that the passes rely on.
void registerDialects(mlir::DialectRegistry &registry);

/// Makes every pass, ours and those of MLIR that our pipelines use, known by
/// its flag.
void registerPasses();

} // namespace llm

#endif // LLM_COMPILER_REGISTRATION_H
