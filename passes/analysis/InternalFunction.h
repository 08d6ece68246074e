//===- InternalFunction.h - Functions that only their object sees -*- C++ -*-=//

#ifndef LLM_PASSES_ANALYSIS_INTERNALFUNCTION_H
#define LLM_PASSES_ANALYSIS_INTERNALFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llm {

/// Gives a function internal linkage in LLVM, so that what nobody calls goes,
/// and levels of one object may have functions of the same names.
void makeInternal(mlir::func::FuncOp function);

/// As makeInternal; the function is never inlined either: it stays one copy
/// however often it is called, is quicker to compile and seen by profilers.
void makeInternalAndWhole(mlir::func::FuncOp function);

} // namespace llm

#endif // LLM_PASSES_ANALYSIS_INTERNALFUNCTION_H
