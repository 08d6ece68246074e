//===- Passes.td - llm ops to tiles of phases --------------*- tablegen -*-===//

#ifndef LLM_PASSES_TILE_PASSES
#define LLM_PASSES_TILE_PASSES

include "mlir/Pass/PassBase.td"

#endif // LLM_PASSES_TILE_PASSES
