//===- RankTable.cpp - Ranks that ops ask of their inputs -----------------===//
//
// See RankTable.h.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/RankTable.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"

using namespace mlir;
using namespace llm::onnx;

namespace {
struct Row {
  StringLiteral types; ///< "RNN GRU LSTM"
  StringLiteral input;
  int64_t least, most;
};
constexpr int64_t kAny = 1 << 20;
} // namespace

static const Row rows[] = {
    {"RNN GRU LSTM", "X W R initial_h initial_c", 3, 3},
    {"RNN GRU LSTM", "B P", 2, 2},
    {"RNN GRU LSTM", "sequence_lens", 1, 1},
    {"Attention", "past_key past_value", 4, 4},
    {"Attention", "nonpad_kv_seqlen", 1, 1},
    {"ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean "
     "ReduceMin ReduceProd ReduceSum ReduceSumSquare",
     "axes", 1, 1},
    {"Squeeze Unsqueeze", "axes", 0, 1},
    {"InstanceNormalization", "input", 3, kAny},
    {"GroupNormalization", "X", 2, kAny},
    {"InstanceNormalization GroupNormalization BatchNormalization",
     "scale B bias", 1, 1},
    {"NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss", "weight weights", 1,
     1},
};

static bool lists(StringRef words, StringRef word) {
  SmallVector<StringRef> all;
  words.split(all, ' ');
  return llvm::is_contained(all, word);
}

LogicalResult llm::onnx::checkRanks(OnnxOp op) {
  for (const Row &row : rows) {
    if (!op.domain().empty() || !lists(row.types, op.type()))
      continue;
    for (const SchemaParameter &input : op.schema().inputs) {
      if (!lists(row.input, input.name))
        continue;
      Value value = op.input(input.name);
      auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : nullptr;
      if (!type || (row.least <= type.getRank() && type.getRank() <= row.most))
        continue;
      InFlightDiagnostic error = op.operation()->emitError()
                                 << op.type() << ": " << StringRef(input.name)
                                 << " has rank " << type.getRank()
                                 << "; accepted: " << row.least;
      if (row.most == kAny)
        error << " and more";
      else if (row.most > row.least)
        error << " to " << row.most;
      return error;
    }
  }
  return success();
}
