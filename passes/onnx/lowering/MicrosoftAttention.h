//===- MicrosoftAttention.h - Attention of com.microsoft -------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_MICROSOFTATTENTION_H
#define LLM_PASSES_ONNX_LOWERING_MICROSOFTATTENTION_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// [batch, position, heads * size] to [batch, head, position, size].
Tensor splitHeads(GraphLowering &g, Tensor x, Dim heads);

/// Turns pairs of x [batch, head, position, size] by the angles of a position.
Tensor
rotate(GraphLowering &g, Tensor x, Tensor cosines, Tensor sines,
       bool interleaved,
       llvm::function_ref<mlir::Value(mlir::Value batch, mlir::Value index)>
           position);

/// PagedAttention, in a file of its own.
mlir::LogicalResult lowerPagedAttention(OnnxOp op, GraphLowering &g);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_MICROSOFTATTENTION_H
