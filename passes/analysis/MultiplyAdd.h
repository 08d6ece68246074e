//===- MultiplyAdd.h - What a sum of products multiplies -------*- C++ -*-===//

#ifndef LLM_PASSES_ANALYSIS_MULTIPLYADD_H
#define LLM_PASSES_ANALYSIS_MULTIPLYADD_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace llm {

/// A region that yields out + x * y, or out + (x - zero) * y of bytes that it
/// widens to i32, one with its sign and one without, as processors multiply
/// them.
struct MultiplyAdd {
  mlir::OpOperand *x, *y;
  bool areBytes = false;
  bool xUnsigned = false; ///< of bytes: x is the one without a sign
  /// The zero point of x: an input in the sums' type, a number, or neither.
  mlir::OpOperand *zero = nullptr;
  mlir::TypedAttr zeroNumber;

  static std::optional<MultiplyAdd> match(mlir::linalg::GenericOp op);
};

} // namespace llm

#endif // LLM_PASSES_ANALYSIS_MULTIPLYADD_H
