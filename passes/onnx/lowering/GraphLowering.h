//===- GraphLowering.h - One graph on its way to linalg --------*- C++ -*-===//
//
// What lowerings are handed: the values of the graph as they have been lowered
// so far. A lowering reads inputs with tensor(), writes its op out with the
// words of TensorCode, and ends with set().
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_GRAPHLOWERING_H
#define LLM_PASSES_ONNX_LOWERING_GRAPHLOWERING_H

#include "dialects/onnx/OnnxOp.h"
#include "passes/onnx/lowering/TensorCode.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"

#include <optional>

namespace llm::onnx {

class GraphOp;

class GraphLowering : public TensorCode {
public:
  /// `choices` says which branches are taken where those of an If give values
  /// of different ranks, so that only one can be compiled; it grows by those
  /// that are met beyond its end.
  GraphLowering(mlir::MLIRContext *context, llvm::SmallVector<bool> &choices)
      : TensorCode(context), choices(choices) {}

  /// Writes the graph as a function marked `llm.graph`, beside it.
  mlir::LogicalResult lowerGraph(GraphOp graph);
  /// Where functions and constants of the graph go.
  mlir::ModuleOp module() const { return parent; }

  //===- Values -----------------------------------------------------------===//

  /// ONNX's element type of a tensor.
  static mlir::Type elementOf(mlir::Value onnx);
  /// What a tensor of the graph has become; false for null.
  Tensor tensor(mlir::Value onnx);
  /// What any value of the graph has become: a tensor in storage form, or the
  /// pointer that stands for a sequence or an optional.
  mlir::Value get(mlir::Value onnx);
  /// Says what an output of an op has become, null outputs ignored. Checks, at
  /// run time where it must, that the shape is the declared one. What is known
  /// of the shape from then on is what it has become.
  void set(mlir::Value onnx, mlir::Value lowered);
  void set(mlir::Value onnx, Tensor lowered) { set(onnx, lowered.value); }

  //===- Numbers ----------------------------------------------------------===//

  /// The elements of a small tensor that was given as constant.
  std::optional<mlir::DenseElementsAttr> constant(mlir::Value onnx);
  std::optional<llvm::SmallVector<int64_t>> constantIntegers(mlir::Value onnx);
  std::optional<double> constantReal(mlir::Value onnx);
  /// The numbers of an integer tensor of known length (rank 0 or 1) as
  /// dimensions; signed. Nullopt if the length is not known.
  std::optional<Dims> elements(mlir::Value onnx);
  /// Whether a tensor is known by its numbers: setElements said so.
  bool holdsNumbers(mlir::Value onnx) const { return numbers.contains(onnx); }
  /// An integer tensor (rank 0 or 1) of these numbers, which is made when
  /// somebody reads it as a tensor. `rank` is that of a value that declares
  /// none.
  void setElements(mlir::Value onnx, llvm::ArrayRef<Dim> elements,
                   int64_t rank = 1);

  //===- Control ----------------------------------------------------------===//

  /// Lowers the ops of a block but the last, at b's place. Values of outer
  /// blocks may be used.
  mlir::LogicalResult lowerBlock(mlir::Block &block);
  /// Whether the first branch of an If is taken whose branches give values of
  /// different ranks.
  bool chooseFirst();
  /// Takes ops out of the function. They live as long as this, for what is
  /// remembered of their results.
  void drop(mlir::Region &region);
  /// A tensor value as `type` says, by tensor.cast, with checks at run time
  /// where sizes become known.
  mlir::Value conform(mlir::Value lowered, mlir::Type type,
                      const llvm::Twine &name);
  /// The same, and exactly of `type`: sizes that are known better are
  /// forgotten. For values that several places give, as branches do.
  mlir::Value agree(mlir::Value lowered, mlir::Type type);
  /// How a value of a type of ONNX is represented.
  mlir::Type loweredType(mlir::Type onnx);

private:
  mlir::LogicalResult lowerOp(mlir::Operation *op);

  mlir::ModuleOp parent;
  llvm::SmallVector<bool> &choices;
  size_t chosen = 0;
  mlir::Region dropped;
  llvm::DenseMap<mlir::Value, mlir::Value> values;
  llvm::DenseMap<mlir::Value, Dims> numbers;
  llvm::DenseMap<mlir::Value, mlir::DenseElementsAttr> constants;
  bool isRefused = false; ///< an error was emitted where none can be returned
};

/// "not supported yet: ..." at an op, for what a lowering declines.
mlir::LogicalResult notSupported(OnnxOp op, const llvm::Twine &what);

/// `axis` counted from the end if negative; asserts nothing: the checker of
/// libonnx has seen it, values out of range are refused by diagnostics.
mlir::FailureOr<int64_t> normalizeAxis(OnnxOp op, int64_t axis, int64_t rank);
mlir::FailureOr<llvm::SmallVector<int64_t>>
normalizeAxes(OnnxOp op, llvm::ArrayRef<int64_t> axes, int64_t rank);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_GRAPHLOWERING_H
