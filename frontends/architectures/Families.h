//===- Families.h - Decoders by family -------------------------*- C++ -*-===//

#ifndef LLM_FRONTENDS_ARCHITECTURES_FAMILIES_H
#define LLM_FRONTENDS_ARCHITECTURES_FAMILIES_H

#include "frontends/architectures/ModelBuilder.h"

namespace llm {

// Each writes a model from its tokens to what the head reads.
mlir::Value writeLlama(ModelBuilder &m, mlir::Value tokens);
mlir::Value writeGemma(ModelBuilder &m, mlir::Value tokens);
mlir::Value writeGpt2(ModelBuilder &m, mlir::Value tokens);

} // namespace llm

#endif // LLM_FRONTENDS_ARCHITECTURES_FAMILIES_H
