//===- Quantization.h - Rounding to small types by scales ------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_QUANTIZATION_H
#define LLM_PASSES_ONNX_LOWERING_QUANTIZATION_H

#include "passes/onnx/lowering/TensorCode.h"

namespace llm::onnx {

/// A real number within the range of `type`, of less than 32 bits, as one of
/// it. Vectors are converted faster by way of 32 bits than of 64.
mlir::Value truncateToSmall(TensorCode &g, mlir::Value number, mlir::Type type);

/// `scaled`, a number of type `real` (f32 or f64), to the nearest even integer,
/// plus the zero point (compute form of `type`; null: 0), held to the range of
/// `type`; to floats by rounding once, after the zero point was added.
mlir::Value roundToZeroPoint(TensorCode &g, mlir::Value scaled,
                             mlir::Value zeroPoint, mlir::Type type,
                             mlir::Type real, bool saturate = true);

/// A tensor in ui8, with a scale and a zero point (ui8) that follow from its
/// range, 0 included, as DynamicQuantizeLinear of ONNX has it; or from that of
/// each row, with 1 in place of the last dimension.
struct DynamicallyQuantized {
  Tensor tensor, scale, zero;
};
DynamicallyQuantized quantizeDynamically(TensorCode &g, Tensor x,
                                         bool eachRow = false);

/// How a scale or zero point lies along the axes of what it scales.
struct QuantizedAxis {
  int64_t axis = 1;
  int64_t blockSize = 0; ///< of blocked parameters, else 0
};

/// Parameters of the rank of x, so that they broadcast: one number, one along
/// the axis, or one a block.
Tensor spreadParameter(TensorCode &g, Tensor parameter, Tensor x,
                       QuantizedAxis along);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_QUANTIZATION_H
