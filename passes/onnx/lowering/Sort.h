//===- Sort.h - Orders of elements -----------------------------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_SORT_H
#define LLM_PASSES_ONNX_LOWERING_SORT_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// Whether x (compute form) comes before y: NaN comes last, false before true,
/// texts by their bytes.
mlir::Value isBefore(GraphLowering &g, mlir::Value x, mlir::Value y,
                     mlir::Type element);

/// The places [0, size) in order (i64), equal ones as they lie.
Tensor
sortPlaces(GraphLowering &g, Dim size,
           llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> isBefore);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_SORT_H
