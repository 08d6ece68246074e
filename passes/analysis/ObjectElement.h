//===- ObjectElement.h - What objects call element types -------*- C++ -*-===//

#ifndef LLM_PASSES_ANALYSIS_OBJECTELEMENT_H
#define LLM_PASSES_ANALYSIS_OBJECTELEMENT_H

#include "mlir/IR/Types.h"
#include "runtime/lib/ObjectFormat.h"

namespace llm {

/// Of a type that elements of weights, states or graph values can have.
llmrt::ElementType elementTypeOf(mlir::Type type);

} // namespace llm

#endif // LLM_PASSES_ANALYSIS_OBJECTELEMENT_H
