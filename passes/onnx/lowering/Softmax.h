//===- Softmax.h - The parts of a softmax ----------------------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_SOFTMAX_H
#define LLM_PASSES_ONNX_LOWERING_SOFTMAX_H

#include "passes/onnx/lowering/TensorCode.h"

namespace llm::onnx {

/// In f32 or f64.
struct Softmax {
  Tensor
      shifted;   ///< what is left when the largest along the axes is taken away
  Tensor powers; ///< its exponentials
  Tensor sums;   ///< theirs, along the axes, which stay with size 1
};

Softmax computeSoftmax(TensorCode &g, Tensor x, llvm::ArrayRef<int64_t> axes);

/// As `result` elements.
Tensor logSoftmax(TensorCode &g, Tensor x, llvm::ArrayRef<int64_t> axes,
                  mlir::Type result);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_SOFTMAX_H
