//===- Memory.h - Values of a graph in memory ------------------*- C++ -*-===//
//
// A sequence or an optional is the address of a GraphValue
// (runtime/lib/ObjectFormat.h) that lives as long as the graph's call, as the
// host has them too. Nothing that has been written is changed again, so values
// share their parts.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_MEMORY_H
#define LLM_PASSES_ONNX_LOWERING_MEMORY_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// Room for `count` values.
mlir::Value allocateValues(GraphLowering &g, mlir::Value count);
/// Value number `place` of those at an address.
mlir::Value valueAt(GraphLowering &g, mlir::Value values, mlir::Value place);
/// The same values elsewhere; they share what they consist of.
void copyValues(GraphLowering &g, mlir::Value to, mlir::Value from,
                mlir::Value count);

/// A sequence of `count` values at `items`.
mlir::Value makeSequence(GraphLowering &g, mlir::Value items,
                         mlir::Value count);
mlir::Value countOf(GraphLowering &g, mlir::Value sequence); ///< an index
mlir::Value itemsOf(GraphLowering &g, mlir::Value sequence);
/// Item `place`, which lies in the sequence.
mlir::Value itemAt(GraphLowering &g, mlir::Value sequence, mlir::Value place);

/// An optional without a value.
mlir::Value makeAbsent(GraphLowering &g);
mlir::Value isPresent(GraphLowering &g, mlir::Value value);

/// Writes any value of the graph to an address, copying tensors.
void writeValue(GraphLowering &g, mlir::Value to, mlir::Value lowered,
                mlir::Type onnx);
/// Reads a value of a type of ONNX; sizes that the type says are checked.
mlir::Value readValue(GraphLowering &g, mlir::Value from, mlir::Type onnx);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_MEMORY_H
