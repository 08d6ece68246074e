//===- SearchSorted.h - Keys found in tables -------------------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_SEARCHSORTED_H
#define LLM_PASSES_ONNX_LOWERING_SEARCHSORTED_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// Keys that a model gives and where each stands in its list, in order. Equal
/// keys are one, the last.
struct KeyTable {
  Tensor keys;   ///< ascending, no two equal; may be empty
  Tensor places; ///< i64: of each key in the list
};

KeyTable makeKeyTable(GraphLowering &g, llvm::ArrayRef<int64_t> keys);
KeyTable makeKeyTable(GraphLowering &g, llvm::ArrayRef<double> keys,
                      mlir::Type element);
KeyTable makeKeyTable(GraphLowering &g, llvm::ArrayRef<llvm::StringRef> keys);

/// The place in the list of a key (compute form), -1 if it is not there, as
/// i64. NaN is found as a key. Inside of bodies and outside.
mlir::Value findKey(GraphLowering &g, const KeyTable &table, mlir::Value key);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_SEARCHSORTED_H
