//===- PointerView.h - Memory that a pointer leads to, as a memref -*- C++ -*-===//

#ifndef LLM_PASSES_CPU_POINTERVIEW_H
#define LLM_PASSES_CPU_POINTERVIEW_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llm {

/// A dense memref of `type` on `pointer` (!llvm.ptr); `sizes` gives the dynamic
/// dimensions, as indices.
mlir::Value viewPointer(mlir::ImplicitLocOpBuilder &b, mlir::MemRefType type,
                        mlir::Value pointer, mlir::ValueRange sizes);

/// What a value becomes in the LLVM dialect, before the rest of the program
/// has: a memref its descriptor, an index an i64.
mlir::Value castToLLVM(mlir::ImplicitLocOpBuilder &b, mlir::Value value);

} // namespace llm

#endif // LLM_PASSES_CPU_POINTERVIEW_H
