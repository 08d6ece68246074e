//===- ByteDot.h - Sums of products of four bytes --------------*- C++ -*-===//
//
// In each of 16 lanes of 32 bits, four bytes without a sign are multiplied by
// four with one, and the products are added to the lane's sum, exactly.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_KERNELS_BYTEDOT_H
#define LLM_PASSES_CPU_KERNELS_BYTEDOT_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llm {

/// What a level has for products of small integers.
struct IntegerDots {
  /// Bits of the vectors in which it multiplies quads of bytes; 0: pairs of i16
  /// are multiplied instead.
  int64_t byteBits = 0;
  /// Has vectors of 64 bytes of i16 and of bytes, and masks for them.
  bool wordVectors = false;
};

/// 64 bytes as a factor of such products.
class ByteQuads {
public:
  ByteQuads(mlir::ImplicitLocOpBuilder &b, mlir::Value bytes, bool isUnsigned,
            const IntegerDots &dots);

  /// `sum` plus products with quads of the other sign.
  mlir::Value dot(mlir::ImplicitLocOpBuilder &b, const ByteQuads &other,
                  mlir::Value sum) const;

private:
  bool isUnsigned;
  IntegerDots dots;
  /// The bytes, or their first and third, second and fourth as i16.
  llvm::SmallVector<mlir::Value> parts;
};

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_BYTEDOT_H
