//===- Passes.td - Phases to LLVM for CPUs -----------------*- tablegen -*-===//

#ifndef LLM_PASSES_CPU_PASSES
#define LLM_PASSES_CPU_PASSES

include "mlir/Pass/PassBase.td"

#endif // LLM_PASSES_CPU_PASSES
