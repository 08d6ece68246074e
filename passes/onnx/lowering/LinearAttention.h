//===- LinearAttention.h - Attention by a state ----------------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_LINEARATTENTION_H
#define LLM_PASSES_ONNX_LOWERING_LINEARATTENTION_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// Lowers LinearAttention, which Attention.cpp adds to the table.
mlir::LogicalResult lowerLinearAttention(OnnxOp op, GraphLowering &g);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_LINEARATTENTION_H
