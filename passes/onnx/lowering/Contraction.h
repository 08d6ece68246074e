//===- Contraction.h - Sums of products over named dimensions --*- C++ -*-===//
//
// What MatMul, Gemm and Einsum have in common: each dimension of each input has
// a label, equal labels run together, labels that the result lacks are summed
// over.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_CONTRACTION_H
#define LLM_PASSES_ONNX_LOWERING_CONTRACTION_H

#include "passes/onnx/lowering/TensorCode.h"

namespace llm::onnx {

struct Labeled {
  Tensor tensor;
  llvm::SmallVector<int64_t> labels; ///< of each dimension; any numbers
};

/// Sums of what `term` (compute forms) makes of elements of the tensors, kept
/// in `sum`; without it, the product of one or two tensors. Sizes of one label
/// broadcast, and so may be 1 in one of the tensors. No label of `result`
/// repeats, and each stands in an input.
Tensor contractLabels(TensorCode &g, llvm::ArrayRef<Labeled> inputs,
                      llvm::ArrayRef<int64_t> result, mlir::Type sum,
                      TensorCode::ElementBody term = {});

/// NumPy's matmul: vectors get a dimension of 1 that the result loses, leading
/// dimensions broadcast. `rows`, which may be null, is a third input of `term`
/// that broadcasts to `a`, of size 1 along its last dimension.
Tensor multiplyMatrices(TensorCode &g, Tensor a, Tensor b, mlir::Type sum,
                        Tensor rows = {}, TensorCode::ElementBody term = {});

/// `input` with other sizes that it broadcasts to.
Tensor broadcastTo(TensorCode &g, Tensor input, llvm::ArrayRef<Dim> dims);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_CONTRACTION_H
