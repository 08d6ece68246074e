//===- Loss.cpp - Losses of classification --------------------------------===//
//
// Each target picks the logarithm of its class' probability. What equals
// ignore_index counts neither in sums nor in the weights they are divided by.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Softmax.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

/// The loss of log-probabilities [N, C, D...], for targets [N, D...].
Tensor negativeLogLikelihood(OnnxOp op, GraphLowering &g, Tensor logs,
                             Tensor target, Tensor weight, Type result) {
  Type type = computeType(logs.element);
  Dims dims = g.dims(logs.value), to = g.dims(target.value);
  for (auto [i, dim] : llvm::enumerate(to))
    g.requireSame(dim, dims[i == 0 ? 0 : i + 1],
                  op.type() + ": targets and classes have other sizes");
  bool ignores = op.operation()->hasAttr("ignore_index");
  StringRef reduction = op.string("reduction", "mean");
  Value zero = g.e.constant(0, type);
  /// Whether a target counts, and its class.
  auto classOf = [&](ValueRange place) {
    Value label = g.at(target, place), counts;
    if (ignores)
      counts = arith::CmpIOp::create(
          g.b, arith::CmpIPredicate::ne, label,
          g.e.integer(op.integer("ignore_index"), target.element));
    Value number = g.e.toIndex(label, target.element);
    if (counts)
      number = g.e.select(counts, number, g.index(0));
    number = g.checked(number, dims[1], op.type() + ": a target is no class");
    return std::pair(counts, number);
  };
  Tensor weights;
  if (weight || ignores)
    weights = g.tabulate(to, type, [&](ValueRange place) {
      auto [counts, number] = classOf(place);
      Value own = weight ? g.e.cast(g.at(weight, number), weight.element, type)
                         : g.e.constant(1, type);
      return counts ? g.e.select(counts, own, zero) : own;
    });
  Tensor losses = g.tabulate(to, type, [&](ValueRange place) {
    auto [counts, number] = classOf(place);
    SmallVector<Value> source = llvm::to_vector_of<Value>(place);
    source.insert(source.begin() + 1, number);
    Value loss =
        g.e.neg(g.e.cast(g.at(logs, source), logs.element, type), type);
    if (weights)
      loss = g.e.mul(loss, g.at(weights, place), type);
    return counts ? g.e.select(counts, loss, zero) : loss;
  });
  if (reduction == "none")
    return g.cast(losses, result);
  SmallVector<int64_t> all =
      llvm::to_vector(llvm::seq<int64_t>(0, target.rank()));
  auto total = [&](Tensor from) {
    return g.reduce(from, all, false, type, zero, [&](Value sum, Value next) {
      return g.e.add(sum, next, type);
    });
  };
  Tensor sum = total(losses);
  if (reduction != "mean")
    return g.cast(sum, result);
  if (weights)
    return g.map({sum, total(weights)}, result, [&](ValueRange v) {
      return g.e.cast(g.e.div(v[0], v[1], type), type, result);
    });
  Value count = g.e.fromIndex(g.index(g.product(to)), type);
  return g.map(sum, result, [&](ValueRange v) {
    return g.e.cast(g.e.div(v[0], count, type), type, result);
  });
}

LogicalResult requireClasses(OnnxOp op, Tensor scores, Tensor targets) {
  if (scores.rank() < 2)
    return op.operation()->emitError()
           << op.type() << ": scores of rank " << scores.rank()
           << "; accepted: 2 and more";
  if (targets.rank() != scores.rank() - 1)
    return op.operation()->emitError()
           << op.type() << ": targets of rank " << targets.rank()
           << " for scores of rank " << scores.rank()
           << "; accepted: " << scores.rank() - 1;
  return success();
}

LogicalResult lowerNegativeLogLikelihood(OnnxOp op, GraphLowering &g) {
  Tensor logs = g.tensor(op.input("input")),
         target = g.tensor(op.input("target"));
  if (failed(requireClasses(op, logs, target)))
    return failure();
  g.set(op.output("loss"),
        negativeLogLikelihood(op, g, logs, target, g.tensor(op.input("weight")),
                              logs.element));
  return success();
}

LogicalResult lowerSoftmaxCrossEntropy(OnnxOp op, GraphLowering &g) {
  Tensor scores = g.tensor(op.input("scores")),
         labels = g.tensor(op.input("labels"));
  if (failed(requireClasses(op, scores, labels)))
    return failure();
  Tensor logs = logSoftmax(g, scores, {1}, computeType(scores.element));
  g.set(op.output("output"),
        negativeLogLikelihood(op, g, logs, labels,
                              g.tensor(op.input("weights")), scores.element));
  if (Value output = op.output("log_prob"))
    g.set(output, g.cast(logs, scores.element));
  return success();
}

} // namespace

void llm::onnx::addLoss(LoweringTable &table) {
  table.add("NegativeLogLikelihoodLoss", lowerNegativeLogLikelihood);
  table.add("SoftmaxCrossEntropyLoss", lowerSoftmaxCrossEntropy);
}
