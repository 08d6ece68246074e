//===- RowProgram.h - What a decoder computes, row by row ------*- C++ -*-===//
//
// The nodes that Elements lead to: each is rows (one a token) of features.
// Layouts are gone; what is left is close to the llm dialect.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_RAISING_ROWPROGRAM_H
#define LLM_PASSES_ONNX_RAISING_ROWPROGRAM_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

#include <string>
#include <tuple>
#include <vector>

namespace llm::onnx {

/// `count` features from `first` on, and as many of every further group, a
/// period behind.
struct FeatureGroups {
  int64_t first = 0, count = 0, period = 0, groups = 1;

  int64_t all() const { return count * groups; }
  int64_t place(int64_t i) const {
    return first + i / count * period + i % count;
  }
  std::tuple<int64_t, int64_t, int64_t, int64_t> parts() const {
    return {first, count, period, groups};
  }
  bool operator==(const FeatureGroups &other) const {
    return parts() == other.parts();
  }
  bool operator<(const FeatureGroups &other) const {
    return parts() < other.parts();
  }
};

struct RowNode {
  enum Kind {
    Embedding, ///< rows of `weight` by token
    Learned,   ///< rows of `weight` by position
    Linear,    ///< inputs[0] times `weight`, of whose out features it has
               ///< `rows`
    Sum,       ///< of the inputs
    Scale,     ///< inputs[0] times vector[feature], or vector[0]
    Shift,     ///< inputs[0] plus vector[feature], or vector[0]
    Product,  ///< inputs[0] times inputs[1], whose features are as many, or one
              ///< for each group of inputs[0]'s
    Function, ///< `name` of each element of inputs[0], times number if not 0
    Mean,     ///< of each group of inputs[0]'s features; features: groups
    Center,   ///< inputs[0] minus the mean of each of `heads` groups
    Rope,     ///< inputs[0] rotated: `vector` frequencies, number: table scale;
              ///< `name` is interleaved if pairs are
    Scores,   ///< queries inputs[0] times keys inputs[1], by heads; if `name`
              ///< is tanh, that of `number` times the products
    Weights,  ///< softmax of Scores inputs[0]; `vector`: sinks of heads
    Attention, ///< of queries, keys, values: inputs; number: scale
    RMSNorm,   ///< inputs[0], vector scale (of a group), number epsilon
    LayerNorm, ///< inputs[0], vector scale, then as much of bias, number
               ///< epsilon
    Softmax,   ///< of inputs[0], a row at a time
    Share,     ///< the `features` largest of Softmax inputs[0]
    Choice,    ///< which they are
    Experts,   ///< inputs[0], a row or one for each of `heads` slots, times the
               ///< matrices of the stack `weight` that Choice inputs[1] names:
               ///< the outputs of every slot, of whose matrices from row
               ///< `first` on
    Slots,     ///< the sum of inputs[0] over its `heads` slots
    Moe,       ///< inputs: rows, router; Experts: gate, up, down
  } kind;
  llvm::SmallVector<int, 3> inputs;
  int64_t features = 0;
  mlir::Value weight;
  bool transposed = false; ///< `weight` is [in, out], not [out, in]
  int64_t first = 0;
  FeatureGroups rows; ///< of `weight`, for Linear and Learned; count 0: all
  /// `weight` holds integers in blocks, [out, blocks, bytes of a block].
  struct Blocks {
    int64_t bits = 0, size = 0; ///< 0: it holds numbers
    mlir::Value scales, zeros;  ///< constants; zeros may be null
    bool operator==(const Blocks &other) const {
      return std::tie(bits, size, scales, zeros) ==
             std::tie(other.bits, other.size, other.scales, other.zeros);
    }
  } blocks;
  std::vector<double> vector;
  double number = 0;
  int64_t heads = 0, keyValueHeads = 0, window = 0;
  double softCap = 0; ///< of Weights and Attention
  std::string name;
  mlir::Location loc;

  RowNode(Kind kind, mlir::Location loc) : kind(kind), loc(loc) {}

  /// Whether both compute the same.
  bool operator==(const RowNode &other) const {
    auto parts = [](const RowNode &node) {
      return std::tie(node.kind, node.inputs, node.features, node.weight,
                      node.transposed, node.first, node.rows, node.blocks,
                      node.vector, node.number, node.heads, node.keyValueHeads,
                      node.window, node.softCap, node.name);
    };
    return parts(*this) == parts(other);
  }
};

using RowProgram = std::vector<RowNode>;

/// Rewrites nodes in place to what stands for several of them.
void simplifyRowProgram(RowProgram &program);

/// Writes `func.func @forward(tokens) -> logits` of the llm dialect, logits
/// being node `result`, to the end of the module. Data of small weights are
/// put into the module's attribute `llm.constants`, by the names of their
/// sources. A source that is no tensor as it lies in the file is said what it
/// is by `llm.views`: `of` a tensor, its transpose if `transposed`, `rows` of
/// it (first, end; then a period and how many groups a period apart) or of each
/// matrix of a stack, with `scales` and `zeros`. Fails with a
/// diagnostic at the node that no op is for.
mlir::LogicalResult emitRowProgram(mlir::ModuleOp module, RowProgram &program,
                                   int result);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_RAISING_ROWPROGRAM_H
