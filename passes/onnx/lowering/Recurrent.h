//===- Recurrent.h - Layers that run along time ----------------*- C++ -*-===//
//
// What LSTM, GRU and RNN share: the inputs of all time steps are multiplied at
// once; a loop over time then carries the states.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_RECURRENT_H
#define LLM_PASSES_ONNX_LOWERING_RECURRENT_H

#include "passes/onnx/lowering/ByteProducts.h"

namespace llm::onnx {

/// A function between gates and states, such as Tanh.
class Activation {
public:
  mlir::Value operator()(GraphLowering &g, mlir::Value x,
                         mlir::Type type) const;

  llvm::StringRef name;
  double alpha = 0, beta = 0;
};

/// A matrix [inputs, gates] that inputs or states are multiplied by. By one of
/// bytes they are multiplied as bytes too (quantizeDynamically), states row by
/// row, so that sequences of a batch leave one another alone.
struct GateWeights {
  GateWeights() = default;
  GateWeights(Tensor real) : real(real) {}

  Tensor real; ///< null: bytes
  Bytes bytes;
  Tensor scale; ///< of f32: one number, or [gates]
};

/// What one direction computes with. Gates lie side by side in the last
/// dimension, H elements each.
struct Direction {
  unsigned number;
  bool isReverse;
  GateWeights inputWeights;     ///< [I, G]
  GateWeights recurrentWeights; ///< [H, G]; bytes for LSTM alone
  Tensor inputBias;             ///< [G]; null: 0
  Tensor recurrentBias;         ///< [G]; null: 0
  Tensor peepholes;             ///< [3 H]: i, o, f; null: 0
  llvm::SmallVector<Activation> activations;
};

/// A layer: operands by the names that all three ops give them.
class Recurrence {
public:
  /// Weights in the op's layout are read by readDirections(); others put their
  /// own.
  Recurrence(OnnxOp op, GraphLowering &g, llvm::StringRef kind);

  mlir::LogicalResult readAttributes();
  mlir::LogicalResult readDirections();
  mlir::LogicalResult run();

  llvm::SmallVector<Direction> directions;
  unsigned gates; ///< 4, 3 or 1
  Dim hidden;

private:
  using States = llvm::SmallVector<Tensor>;
  Tensor initial(llvm::StringRef name, unsigned direction);
  Tensor multiply(Tensor x, const GateWeights &weights, Tensor start,
                  bool eachRow);
  Tensor project(const Direction &direction);
  Tensor recur(const Direction &direction, Tensor state, Tensor start,
               unsigned firstGate, unsigned gateCount);
  Tensor gate(Tensor gates, unsigned number, unsigned count = 1);
  States step(const Direction &direction, Tensor gates, const States &states);
  States stepLSTM(const Direction &direction, Tensor gates, Tensor h, Tensor c);
  Tensor stepGRU(const Direction &direction, Tensor gates, Tensor h);
  mlir::Value clip(mlir::Value x);

  OnnxOp op;
  GraphLowering &g;
  llvm::StringRef kind; ///< "LSTM"
  Tensor x;             ///< [time, batch, input]
  Dim time, batch, inputs;
  mlir::Type sum;
  bool batchFirst = false, linearBeforeReset = false, inputForget = false;
  double clipping = 0;
};

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_RECURRENT_H
