//===- ControlFlow.h - Ops that run graphs over and over -------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_CONTROLFLOW_H
#define LLM_PASSES_ONNX_LOWERING_CONTROLFLOW_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// The type of a value that iterations carry: sizes that both what it begins
/// with and what an iteration gives are declared to have.
mlir::Type carriedType(mlir::Type initial, mlir::Type yielded);

/// Room for `count` rows, [count, row...], to which iterations add.
mlir::Value startRows(GraphLowering &g, mlir::RankedTensorType row, Dim count);
/// `rows` with a row at `position`, in room for `capacity` rows if `isFull`
/// (null: never); rows of later iterations have the shape of the first.
mlir::Value addRow(GraphLowering &g, mlir::Value rows, Tensor row,
                   mlir::Value position, mlir::Value iteration,
                   mlir::Value isFull, llvm::function_ref<Dim()> capacity);

mlir::LogicalResult lowerScan(OnnxOp op, GraphLowering &g);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_CONTROLFLOW_H
