//===- RankTable.h - Ranks that ops ask of their inputs --------*- C++ -*-===//
//
// ONNX's schemas say nothing of ranks; its texts do. What they fix is held
// against every node here, so that lowerings can take dimensions by number.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_RANKTABLE_H
#define LLM_PASSES_ONNX_LOWERING_RANKTABLE_H

#include "dialects/onnx/OnnxOp.h"

#include "mlir/Support/LLVM.h"

namespace llm::onnx {

/// Failure after a diagnostic at the op.
mlir::LogicalResult checkRanks(OnnxOp op);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_RANKTABLE_H
