//===- Probe.h - Run a graph on tokens that are not known ------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_RAISING_PROBE_H
#define LLM_PASSES_ONNX_RAISING_PROBE_H

#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/OnnxOp.h"
#include "passes/onnx/raising/Array.h"
#include "passes/onnx/raising/RowProgram.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"

namespace llm::onnx {

/// Runs the ops of a graph on Arrays, building the RowProgram as it goes. The
/// run has one sequence.
class Probe {
public:
  Probe(int64_t tokens) : tokens(tokens) {}

  /// Reads integer constants of this magnitude that are added or compared as if
  /// they were `by`: what depends on a number larger than the run shows so.
  void replaceConstant(int64_t magnitude, int64_t by) {
    replaced = magnitude;
    replacement = by;
  }

  /// Reads a constant mask (MaskTable) as if queries read so many keys.
  void replaceTable(mlir::Operation *constant, int64_t window) {
    replacedTable = constant;
    replacement = window;
  }

  RowProgram program;

  /// Runs a whole graph; the node that `output` of it is rows of, in order,
  /// or -1 with reason() and place() saying what stopped it.
  int run(GraphOp graph, unsigned output);
  const std::string &reason() const { return why; }
  mlir::Operation *place() const { return where; }

private:
  friend struct ProbeOps;

  /// What an input is, which what reads it says, or its name.
  ArrayPtr input(mlir::Value value, llvm::StringRef name);
  bool runBlock(mlir::Block &block);
  bool runOp(mlir::Operation *op);

  // Layout, RoPE and products: ProbeLayout.cpp, ProbeProducts.cpp ...
  ArrayPtr get(mlir::Value value) { return values.lookup(value); }
  void set(mlir::Value value, ArrayPtr array) {
    if (value)
      values[value] = std::move(array);
  }
  bool fail(const llvm::Twine &reason) {
    if (why.empty())
      why = reason.str();
    return false;
  }

  bool runNumbers(OnnxOp op);
  bool runLayout(OnnxOp op, bool &known);
  bool runArithmetic(OnnxOp op, bool &known);
  bool runProducts(OnnxOp op, bool &known);
  bool runModelOps(OnnxOp op, bool &known);
  bool runMicrosoft(OnnxOp op, bool &known);
  bool runExperts(OnnxOp op, bool &known);
  /// Queries, keys and values, [batch, heads, sequence, width] each.
  struct Heads {
    Array q, k, v;
  };
  /// Of an attention of com.microsoft; nothing with a reason.
  std::optional<Heads> headsOf(OnnxOp op);
  /// Rotates queries and keys by the op's tables; `positions` may be null.
  bool rotateHeads(OnnxOp op, mlir::Value positions, Heads &heads);
  bool attendHeads(OnnxOp op, const Heads &heads, mlir::Value sinks);
  bool groupQueryAttention(OnnxOp op);
  bool pagedAttention(OnnxOp op);
  bool matMulNBits(OnnxOp op);
  bool gatherBlockQuantized(OnnxOp op);
  /// The integers, scales and zero points of a matrix of so many rows; false
  /// with a reason.
  bool readBlocks(OnnxOp op, llvm::StringRef integers, int64_t bits,
                  int64_t size, int64_t rows, int64_t columns, RowNode &node);

  std::optional<llvm::SmallVector<int64_t>> integers(mlir::Value value);
  std::optional<llvm::SmallVector<int64_t>>
  axesOf(OnnxOp op, llvm::StringRef name, int64_t rank);

  /// Rows that were scaled or shifted by a vector become nodes at once: later
  /// they may be rotated. Other forms stay.
  ArrayPtr settled(Array x);
  ArrayPtr add(const Array &x, const Array &y, double sign);
  ArrayPtr multiply(const Array &x, const Array &y);
  ArrayPtr apply(const Array &x, llvm::StringRef function);
  ArrayPtr capped(const Array &x);
  ArrayPtr mean(const Array &x, bool sum);
  /// x - mean(x); null if it is something else.
  ArrayPtr centered(const Array &x, const Array &mean);
  ArrayPtr matMul(const Array &x, const Array &y);
  ArrayPtr linear(const Array &x, const Array &weight, bool transposed);
  ArrayPtr scores(const Array &x, const Array &y);
  ArrayPtr attend(const Array &x, const Array &y);
  ArrayPtr softmax(const Array &x);
  ArrayPtr rotated(const Array &x);
  ArrayPtr rmsNorm(const Array &x, const Array &scale, double epsilon);
  ArrayPtr layerNorm(const Array &x, const Array &scale, const Array *bias,
                     double epsilon);
  /// Rows of a table of cosines or sines by position: [1, sequence, half]. Null
  /// if they are not known.
  ArrayPtr tableRows(mlir::Value table, llvm::ArrayRef<int64_t> positions);
  /// Rows of constant tables of 16 bits as they were before they were rounded.
  void sharpenTables(mlir::Value cosineTable, mlir::Value sineTable,
                     llvm::ArrayRef<int64_t> positions, ArrayPtr &cosines,
                     ArrayPtr &sines);
  ArrayPtr rotate(const Array &x, const Array &cosines, const Array &sines,
                  bool interleaved);
  /// Whether tables go on behind the run as they rotated in it, each angle its
  /// position times a frequency; `turned` is what rotate() gave.
  bool followsTables(const Array &turned, mlir::Value cosines,
                     mlir::Value sines);
  /// x, [1, head, sequence, size], by the rows of an op's cos_cache and
  /// sin_cache; fails and gives null where they are no such tables.
  ArrayPtr rotateByTables(OnnxOp op, const Array &x,
                          llvm::ArrayRef<int64_t> positions, bool interleaved);
  ArrayPtr attention(const Array &q, const Array &k, const Array &v,
                     double scale, double softCap, bool causal,
                     const Array *mask, const Array *sinks);
  // Experts: ProbeExperts.cpp.
  /// The node that elements are of, if it is of this kind, else -1.
  int32_t baseOf(const Array &x, RowNode::Kind kind);
  /// Rows of a node of so many features, one for each row of x.
  ArrayPtr rowsLike(const Array &x, int number, int64_t features);
  ArrayPtr chooseMatrices(const Array &stack, const Array &choices);
  /// Each slot's row times the slot's matrix; `transposed`: rows are lines.
  ArrayPtr throughExperts(const Array &rows, const Array &matrices,
                          bool transposed);
  /// A range of what each slot's matrix gives becomes what fewer rows of it
  /// give.
  ArrayPtr narrowedExperts(ArrayPtr x);
  ArrayPtr sumSlots(const Array &x);
  static mlir::Type elementOf(mlir::Value value) {
    return llvm::cast<mlir::TensorType>(value.getType()).getElementType();
  }
  // Parts of rows: ProbeFeatures.cpp.
  /// A node for some of the features of rows, where a linear layer that has
  /// only those gives them; -1 if there is none.
  int featuresOf(int number, const FeatureGroups &part);
  /// Rows that are a range of a node's features, before they were parted into
  /// heads: what fused projections are split into. Others stay.
  ArrayPtr narrowed(ArrayPtr x);
  /// Elements of which only some of a node's features are, as many of every
  /// head: what projections that are fused head by head are split into. Others
  /// stay.
  ArrayPtr compacted(ArrayPtr x);
  /// The array with every element one of one node, times a number of its own
  /// (left in `scale`): sums and scales by feature become nodes. Null with a
  /// reason.
  ArrayPtr materialize(ArrayPtr x, double *scale = nullptr);
  /// The node whose rows the array is, feature by feature; -1 with a reason.
  int rowsOf(ArrayPtr x);

  /// The node's number, which is that of an equal one if there is any.
  int addNode(RowNode node);
  RowNode make(RowNode::Kind kind) { return RowNode(kind, loc()); }
  mlir::Location loc() const { return where->getLoc(); }

  const int64_t tokens;
  int64_t replaced = 0, replacement = 0;
  mlir::Operation *replacedTable = nullptr;
  llvm::DenseMap<mlir::Value, ArrayPtr> values;
  llvm::DenseSet<mlir::Value> followed; ///< tables, of cosines
  std::string why;
  mlir::Operation *where = nullptr;
  static constexpr int32_t kTokens = 0x7fffffff; ///< base of the token ids
};

/// Whether an integer constant of one element is only added or compared.
bool isThreshold(mlir::Value constant);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_RAISING_PROBE_H
