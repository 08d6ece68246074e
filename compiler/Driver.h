//===- Driver.h - From options to a file -----------------------*- C++ -*-===//

#ifndef LLM_COMPILER_DRIVER_H
#define LLM_COMPILER_DRIVER_H

namespace llm {

struct CompileOptions;

/// Compiles a model as the options ask. Returns the exit code; every failure
/// has been printed.
int compile(const CompileOptions &options);

} // namespace llm

#endif // LLM_COMPILER_DRIVER_H
