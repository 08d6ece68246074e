//===- Passes.h - llm ops to llm ops ----------------------------*- C++ -*-===//
//
// Constructors, options and registration, all generated from Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_MODEL_PASSES_H
#define LLM_PASSES_MODEL_PASSES_H

#include "mlir/Pass/Pass.h"

namespace llm {

#define GEN_PASS_DECL
#include "passes/model/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/model/Passes.h.inc"

} // namespace llm

#endif // LLM_PASSES_MODEL_PASSES_H
