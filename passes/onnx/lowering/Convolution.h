//===- Convolution.h - Convolutions that other ops end in ------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_CONVOLUTION_H
#define LLM_PASSES_ONNX_LOWERING_CONVOLUTION_H

#include "passes/onnx/lowering/Window.h"

namespace llm::onnx {

/// What a convolution multiplies. Of bytes, the weights may have a zero point,
/// one number or one for each output channel, that `term` takes away.
struct Convolved {
  Tensor x, weights;
  Tensor padding = {}; ///< of x, one number; null: 0
  Tensor zero = {};    ///< of i32 or null
  /// The product of compute forms of x, weight and zero; null: x * weight.
  TensorCode::ElementBody term = {};
};

/// What Conv computes, with sums of type `sum` left as they are. Reads `group`
/// and the attributes of windows; `bias` may be null.
mlir::FailureOr<Tensor> convolve(OnnxOp op, GraphLowering &g, Convolved inputs,
                                 Tensor bias, mlir::Type sum);

/// A bias of the channels all over [n, channels, ...]; zeros if it is null.
Tensor spreadBias(GraphLowering &g, Tensor bias, llvm::ArrayRef<Dim> shape,
                  mlir::Type sum);

/// round(scaled) + zero as a number of an 8- or 16-bit type, saturating; `zero`
/// may be null. Of f32, inside of bodies.
mlir::Value quantize(GraphLowering &g, mlir::Value scaled, mlir::Value zero,
                     mlir::Type type);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_CONVOLUTION_H
