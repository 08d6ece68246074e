//===- Indexing.h - Places that data and numbers name ----------*- C++ -*-===//
//
// What ops that move elements have in common: indices that are data and so may
// be anything, and arithmetic on numbers of which some are known.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_INDEXING_H
#define LLM_PASSES_ONNX_LOWERING_INDEXING_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// The element of `indices` at `place` as an index below `size`: counted from
/// the end if negative, checked at run time. Inside of bodies and outside.
mlir::Value indexFrom(GraphLowering &g, Tensor indices, mlir::ValueRange place,
                      Dim size, const llvm::Twine &message);

/// The call ends if `count` elements are to be found along a dimension of
/// `size` none, since what a check clamps to would lie outside of the tensor.
void requireElements(GraphLowering &g, Dim size, llvm::ArrayRef<Dim> count,
                     const llvm::Twine &message);

/// 0, false, an empty text, in compute form.
mlir::Value zero(GraphLowering &g, mlir::Type element);

/// `yes` where the comparison holds, known or not.
Dim choose(GraphLowering &g, mlir::arith::CmpIPredicate predicate, Dim x, Dim y,
           Dim yes, Dim no);
Dim clamp(GraphLowering &g, Dim x, Dim low, Dim high);
/// x / y, rounded up, at least 0, of numbers of any sign; y is not 0.
Dim countSteps(GraphLowering &g, Dim length, Dim step);
/// Whether a number is certainly not negative: a size, or made of such.
bool isNonNegative(Dim x);
/// Numbers that an input gives, or those of an attribute of older versions.
/// Nullopt: an input whose length is not known.
std::optional<Dims> numbersOf(OnnxOp op, GraphLowering &g,
                              llvm::StringRef name);
/// For each of `rank` dimensions what `numbers` says for it: axes[i] names the
/// dimension of numbers[i], and may be known at run time only.
mlir::FailureOr<Dims> numbersByAxis(OnnxOp op, GraphLowering &g, int64_t rank,
                                    std::optional<Dims> axes,
                                    llvm::ArrayRef<Dim> numbers,
                                    llvm::ArrayRef<Dim> otherwise);

/// The places in [0, size), ascending, that `wanted` holds for (i64).
Tensor placesWhere(GraphLowering &g, Dim size,
                   llvm::function_ref<mlir::Value(mlir::Value)> wanted);

/// The indices of element number `place` of a tensor of these dimensions.
llvm::SmallVector<mlir::Value> unravel(GraphLowering &g, mlir::Value place,
                                       llvm::ArrayRef<Dim> dims);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_INDEXING_H
