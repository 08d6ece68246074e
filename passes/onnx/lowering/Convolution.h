//===- Convolution.h - Convolutions that other ops end in ------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_CONVOLUTION_H
#define LLM_PASSES_ONNX_LOWERING_CONVOLUTION_H

#include "passes/onnx/lowering/Window.h"

namespace llm::onnx {

/// What Conv computes, with sums of type `sum` left as they are. Reads `group`
/// and the attributes of windows; `bias` may be null.
mlir::FailureOr<Tensor> convolve(OnnxOp op, GraphLowering &g, Tensor x,
                                 Tensor weights, Tensor bias, mlir::Type sum);

/// A bias of the channels all over [n, channels, ...]; zeros if it is null.
Tensor spreadBias(GraphLowering &g, Tensor bias, llvm::ArrayRef<Dim> shape,
                  mlir::Type sum);

/// round(scaled) + zero as a number of an 8- or 16-bit type, saturating; `zero`
/// may be null. Of f32, inside of bodies.
mlir::Value quantize(GraphLowering &g, mlir::Value scaled, mlir::Value zero,
                     mlir::Type type);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_CONVOLUTION_H
