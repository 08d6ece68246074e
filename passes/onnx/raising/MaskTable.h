//===- MaskTable.h - Masks that a graph holds for all positions -*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_RAISING_MASKTABLE_H
#define LLM_PASSES_ONNX_RAISING_MASKTABLE_H

#include "mlir/IR/BuiltinAttributes.h"

#include <optional>

namespace llm::onnx {

/// A constant [..., positions, positions] of two values: what keys a query may
/// read, itself among them, and what not.
struct MaskTable {
  int64_t positions;
  /// Keys that a query reads at most, itself the last one; 0: all before it;
  /// nullopt: others than those.
  std::optional<int64_t> window;

  /// Of more positions than a run has; nullopt if the constant is no such
  /// table.
  static std::optional<MaskTable> match(mlir::DenseElementsAttr constant,
                                        int64_t tokens);
};

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_RAISING_MASKTABLE_H
