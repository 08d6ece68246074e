//===- ByteProducts.h - Products of 8-bit integers -------------*- C++ -*-===//
//
// Processors multiply a byte without a sign by one with a sign. Of factors that
// agree, one is brought to the other kind: its numbers and its zero point move
// by 128. Zero points are taken from the first factor as it is multiplied, and
// those of the second from the sums, where most are 0 and so are known to be:
//
//   sum (x - zx) (y - zy) = sum (x - zx) y - zy sum (x - zx)
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_BYTEPRODUCTS_H
#define LLM_PASSES_ONNX_LOWERING_BYTEPRODUCTS_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// 8-bit integers and what stands for 0 among them.
struct Bytes {
  Tensor tensor;
  Tensor zero; ///< of i32; null where it is known to be 0

  /// `zero` names an input, which may be absent.
  static Bytes read(OnnxOp op, GraphLowering &g, llvm::StringRef name,
                    llvm::StringRef zero);
  bool areUnsigned() const { return isUnsigned(tensor.element); }
};

/// `x`, with a sign or without.
Bytes withSign(GraphLowering &g, Bytes x, bool isUnsigned);

/// (x - zero) * y in i32, or x * y: the body of a sum of products of bytes,
/// whose zero point comes third.
mlir::Value multiplyBytes(TensorCode &g, const Bytes &x, const Bytes &y,
                          mlir::ValueRange elements);

/// NumPy's matmul in i32. The zero points of `a` are one number or one for each
/// row, [..., rows, 1]; those of `b` broadcast to the result.
Tensor multiplyByteMatrices(GraphLowering &g, Bytes a, Bytes b);

/// A real tensor that DequantizeLinear makes of 8-bit integers, whose products
/// are those of the integers times the scales.
struct Dequantized {
  Bytes bytes;
  Tensor scale; ///< of f32: one number, or one along `axis`
  int64_t axis = 0;

  /// What `onnx` is made of, where it is made so and of known kinds of scales.
  static std::optional<Dequantized> behind(GraphLowering &g, mlir::Value onnx);
  bool hasOneScale() const { return scale.rank() == 0; }
  /// The scales in a tensor's dimension `axis`, followed by `after` others.
  Tensor scaleBefore(GraphLowering &g, int64_t after) const;
};

/// NumPy's matmul of what two inputs of an op are made of, times their scales;
/// null if they are not both of integers with one scale for the left one and
/// one for each column of the right one at most.
Tensor multiplyDequantized(GraphLowering &g, mlir::Value a, mlir::Value b,
                           bool transposedA = false, bool transposedB = false);

/// Zero points or scales of a left matrix' rows, which come as one number, as a
/// vector or with the matrix' dimensions, so that they broadcast.
Tensor alongRows(GraphLowering &g, Tensor parameter);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_BYTEPRODUCTS_H
