//===- Passes.h - Phases to LLVM for CPUs -----------------------*- C++ -*-===//
//
// Constructors, options and registration, all generated from Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_PASSES_H
#define LLM_PASSES_CPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace llm {

#define GEN_PASS_DECL
#include "passes/cpu/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/cpu/Passes.h.inc"

} // namespace llm

#endif // LLM_PASSES_CPU_PASSES_H
