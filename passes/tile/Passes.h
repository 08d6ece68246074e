//===- Passes.h - llm ops to tiles of phases --------------------*- C++ -*-===//
//
// Constructors, options and registration, all generated from Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_TILE_PASSES_H
#define LLM_PASSES_TILE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace llm {

#define GEN_PASS_DECL
#include "passes/tile/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/tile/Passes.h.inc"

} // namespace llm

#endif // LLM_PASSES_TILE_PASSES_H
