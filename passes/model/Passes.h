//===- Passes.h - From llm to llm: fuse, cache, encode ---------*- C++ -*-===//

#ifndef LLM_PASSES_MODEL_PASSES_H
#define LLM_PASSES_MODEL_PASSES_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace llm {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/model/Passes.h.inc"
} // namespace llm

#endif // LLM_PASSES_MODEL_PASSES_H
