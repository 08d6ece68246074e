//===- Literals.h - Lists of numbers as tensors ----------------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_LITERALS_H
#define LLM_PASSES_ONNX_LOWERING_LITERALS_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// Tensors of one dimension: of i64, and of f32 or f64.
Tensor literal(GraphLowering &g, llvm::ArrayRef<int64_t> numbers);
Tensor literal(GraphLowering &g, llvm::ArrayRef<double> numbers,
               mlir::Type element);

/// The reals of an attribute, or of the tensor `<name>_as_tensor` in its place.
llvm::SmallVector<double> realsOf(OnnxOp op, llvm::StringRef name);
/// The reals, or integers, of a tensor.
llvm::SmallVector<double> realsOf(mlir::DenseElementsAttr tensor);
llvm::SmallVector<int64_t> integersOf(mlir::DenseElementsAttr tensor);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_LITERALS_H
