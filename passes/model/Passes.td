//===- Passes.td - llm ops to llm ops ----------------------*- tablegen -*-===//

#ifndef LLM_PASSES_MODEL_PASSES
#define LLM_PASSES_MODEL_PASSES

include "mlir/Pass/PassBase.td"

#endif // LLM_PASSES_MODEL_PASSES
