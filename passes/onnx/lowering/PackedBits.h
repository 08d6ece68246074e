//===- PackedBits.h - Numbers of few bits in bytes -------------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_PACKEDBITS_H
#define LLM_PASSES_ONNX_LOWERING_PACKEDBITS_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// In bodies: the `number`-th value of `bits` bits, at most 8, in a row of
/// bytes, lowest bits first; it may lie across two bytes. As i32.
mlir::Value unpackBits(GraphLowering &g, Tensor bytes,
                       llvm::SmallVector<mlir::Value> row, Dim number,
                       int64_t bits);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_PACKEDBITS_H
