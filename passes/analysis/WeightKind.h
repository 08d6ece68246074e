//===- WeightKind.h - What weights can be multiplied in --------*- C++ -*-===//

#ifndef LLM_PASSES_ANALYSIS_WEIGHTKIND_H
#define LLM_PASSES_ANALYSIS_WEIGHTKIND_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/BuiltinOps.h"

namespace llm {

/// The cheapest arithmetic that a weight allows: with 8-bit integers, with
/// pairs of bf16, or in f32. Weights that one op multiplies should be of one
/// kind: an op of several goes on in f32.
enum class WeightKind { Floats, Halves, Integers };

WeightKind weightKind(mlir::Type packed);

/// The kind of all of them; Floats where they differ.
WeightKind weightKind(mlir::ValueRange weights);

/// The weights that linear layer `op` multiplies; none for other ops.
mlir::ValueRange multipliedWeights(mlir::Operation *op);

/// Whether some linear layer multiplies weights of this kind.
bool multiplies(mlir::ModuleOp module, WeightKind kind);

} // namespace llm

#endif // LLM_PASSES_ANALYSIS_WEIGHTKIND_H
