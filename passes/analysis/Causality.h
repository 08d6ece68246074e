//===- Causality.h - Which values of a model depend on which tokens -*- C++
//-*-===//
//
// A model is given as a function of whole sequences. This analysis says of each
// op whether a token's result needs that token alone, its position, or other
// tokens: what KV insertion must know to derive the incremental program.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ANALYSIS_CAUSALITY_H
#define LLM_PASSES_ANALYSIS_CAUSALITY_H

#include "mlir/IR/Operation.h"

namespace llm {

enum class Causality {
  PerModel,    ///< equal for all tokens: weights, constants
  PerPosition, ///< a function of the token's place in its sequence
  PerToken,    ///< row t of the result needs row t of the operands only
  Incremental, ///< mixes tokens, and implements IncrementalOpInterface
  Whole,       ///< mixes tokens in a way nobody knows to do step by step
};

/// Classes one op by what row t of its results needs.
Causality classify(mlir::Operation *op);

} // namespace llm

#endif // LLM_PASSES_ANALYSIS_CAUSALITY_H
