//===- LinearModels.cpp - ai.onnx.ml: models that are products ------------===//

#include "dialects/onnx/ONNXDialect.h"
#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/Literals.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/MachineLearning.h"
#include "passes/onnx/lowering/Text.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// Scores and labels
//===----------------------------------------------------------------------===//

FailureOr<Tensor> llm::onnx::transformScores(OnnxOp op, GraphLowering &g,
                                             Tensor scores, StringRef kind) {
  Type real = scores.element;
  auto number = [&](double value) { return g.e.constant(value, real); };
  if (kind == "NONE")
    return scores;
  if (kind == "LOGISTIC")
    return g.map(scores, real, [&](ValueRange v) {
      Value exp = math::ExpOp::create(g.b, g.e.neg(v[0], real));
      return g.e.div(number(1), g.e.add(number(1), exp, real), real);
    });
  if (kind == "PROBIT")
    // Of the inverse error function, after S. Winitzki.
    return g.map(scores, real, [&](ValueRange v) -> Value {
      Value x = g.e.sub(g.e.mul(v[0], number(2), real), number(1), real);
      Value rest = g.e.sub(number(1), g.e.mul(x, x, real), real);
      Value log = math::LogOp::create(g.b, rest);
      Value first = g.e.add(number(2 / (3.14159 * 0.147)),
                            g.e.mul(number(0.5), log, real), real);
      Value second = g.e.mul(number(1 / 0.147), log, real);
      Value inner = math::SqrtOp::create(
          g.b, g.e.sub(g.e.mul(first, first, real), second, real));
      Value root = math::SqrtOp::create(g.b, g.e.sub(inner, first, real));
      Value negative = g.e.less(x, number(0), real);
      root = g.e.select(negative, g.e.neg(root, real), root);
      return g.e.mul(number(1.41421356), root, real);
    });
  bool keepZero = kind == "SOFTMAX_ZERO";
  if (kind != "SOFTMAX" && !keepZero)
    return op.operation()->emitError()
           << op.type() << ": post_transform " << kind
           << "; accepted: NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO, PROBIT";
  Tensor most =
      g.reduce(scores, 1, /*keepDims=*/true, real, g.e.smallest(real),
               [&](Value sum, Value v) { return g.e.max(sum, v, real); });
  // SOFTMAX_ZERO: a score of (almost) 0 stays what it is.
  Tensor powers = g.map({scores, most}, real, [&](ValueRange v) -> Value {
    Value power = math::ExpOp::create(g.b, g.e.sub(v[0], v[1], real));
    if (!keepZero)
      return power;
    Value tiny = g.e.lessOrEqual(g.e.abs(v[0], real), number(1e-7), real);
    Value small = math::ExpOp::create(g.b, g.e.neg(v[1], real));
    return g.e.select(tiny, g.e.mul(v[0], small, real), power);
  });
  Tensor sums =
      g.reduce(powers, 1, /*keepDims=*/true, real, number(0),
               [&](Value sum, Value v) { return g.e.add(sum, v, real); });
  return g.map({powers, sums}, real,
               [&](ValueRange v) { return g.e.div(v[0], v[1], real); });
}

Tensor llm::onnx::largestScores(GraphLowering &g, Tensor scores) {
  Type i64 = g.b.getI64Type();
  Dims dims = g.dims(scores.value);
  return g.tabulate(dims[0], i64, [&](ValueRange at) {
    Value zero = g.index(0);
    SmallVector<Value> state = {zero, g.at(scores, {at[0], zero})};
    Value best = g.loop(g.index(1), g.index(dims[1]), state,
                        [&](Value i, ValueRange best) -> SmallVector<Value> {
                          Value score = g.at(scores, {at[0], i});
                          Value better =
                              g.e.less(best[1], score, scores.element);
                          return {g.e.select(better, i, best[0]),
                                  g.e.select(better, score, best[1])};
                        })[0];
    return g.e.fromIndex(best, i64);
  });
}

Tensor llm::onnx::labelsOf(GraphLowering &g, Tensor numbers,
                           ArrayRef<int64_t> integers,
                           ArrayRef<StringRef> texts) {
  if (integers.empty() && texts.empty())
    return numbers;
  Tensor labels =
      texts.empty() ? literal(g, integers) : textConstants(g, texts);
  return g.map(numbers, labels.element, [&](ValueRange v) {
    return g.at(labels, g.e.toIndex(v[0], numbers.element));
  });
}

//===----------------------------------------------------------------------===//
// Linear models
//===----------------------------------------------------------------------===//

FailureOr<Tensor> llm::onnx::featureRows(OnnxOp op, GraphLowering &g,
                                         int64_t features) {
  Type f32 = g.b.getF32Type();
  Tensor x = g.cast(g.tensor(op.input("X")), f32);
  if (x.rank() == 1)
    x = g.reshape(x, {g.fixed(1), g.dim(x.value, 0)});
  if (x.rank() != 2)
    return notSupported(op, "an input of a rank other than 1 and 2");
  g.requireSame(g.dim(x.value, 1), g.fixed(features),
                op.type() + ": another number of features than coefficients");
  return g.sized(x.value, f32, {g.dim(x.value, 0), g.fixed(features)});
}

/// X times the rows of coefficients, plus intercepts: [rows, targets].
static FailureOr<Tensor> linearScores(OnnxOp op, GraphLowering &g,
                                      int64_t targets) {
  Type f32 = g.b.getF32Type();
  SmallVector<double> coefficients = op.reals("coefficients"),
                      intercepts = op.reals("intercepts");
  if (targets <= 0 || coefficients.empty() ||
      coefficients.size() % targets != 0)
    return op.operation()->emitError()
           << op.type() << ": " << coefficients.size() << " coefficients for "
           << targets << " targets";
  FailureOr<Tensor> x = featureRows(op, g, coefficients.size() / targets);
  if (failed(x))
    return failure();
  Dim features = g.fixed(coefficients.size() / targets);
  Tensor weights =
      g.reshape(literal(g, coefficients, f32), {g.fixed(targets), features});
  Tensor scores =
      g.contract({*x, weights}, {{0, 2}, {1, 2}, {0, 1}},
                 {g.dim(x->value, 0), g.fixed(targets), features}, f32,
                 [&](ValueRange v) { return g.e.mul(v[0], v[1], f32); });
  if (intercepts.empty())
    return scores;
  if (static_cast<int64_t>(intercepts.size()) != targets)
    return op.operation()->emitError()
           << op.type() << ": " << intercepts.size() << " intercepts for "
           << targets << " targets";
  return g.map({scores, literal(g, intercepts, f32)}, f32,
               [&](ValueRange v) { return g.e.add(v[0], v[1], f32); });
}

static LogicalResult lowerLinearRegressor(OnnxOp op, GraphLowering &g) {
  auto scores = linearScores(op, g, op.integer("targets", 1));
  if (failed(scores))
    return failure();
  auto result =
      transformScores(op, g, *scores, op.string("post_transform", "NONE"));
  if (failed(result))
    return failure();
  g.set(op.output("Y"), *result);
  return success();
}

static LogicalResult lowerLinearClassifier(OnnxOp op, GraphLowering &g) {
  SmallVector<int64_t> integers = op.integers("classlabels_ints");
  SmallVector<StringRef> texts = op.strings("classlabels_strings");
  int64_t classes = std::max(integers.size(), texts.size());
  int64_t features =
      cast<RankedTensorType>(op.input("X").getType()).getShape().back();
  int64_t coefficients = op.reals("coefficients").size();
  // One row of coefficients may stand for two classes.
  int64_t rows = std::max<int64_t>(classes, 1);
  if (!ShapedType::isDynamic(features) && features > 0)
    rows = coefficients / features;
  else if (classes == 2 && op.reals("intercepts").size() == 1)
    rows = 1;
  auto scores = linearScores(op, g, rows);
  if (failed(scores))
    return failure();
  Type f32 = g.b.getF32Type();
  StringRef kind = op.string("post_transform", "NONE");
  if (rows == 1 && classes == 2) {
    Tensor one = *scores;
    scores =
        g.tabulate({g.dim(one.value, 0), g.fixed(2)}, f32, [&](ValueRange at) {
          Value score = g.at(one, {at[0], g.index(0)});
          return g.e.select(g.compare(CmpIPredicate::eq, at[1], g.fixed(0)),
                            g.e.neg(score, f32), score);
        });
  } else if (rows == 1) {
    return notSupported(op, "a single class");
  }
  if (classes > 0 && rows > 1 && classes != rows)
    return op.operation()->emitError()
           << "LinearClassifier: " << classes << " labels for " << rows
           << " rows of coefficients";
  auto result = transformScores(op, g, *scores, kind);
  if (failed(result))
    return failure();
  g.set(op.output("Y"),
        labelsOf(g, largestScores(g, *result), integers, texts));
  g.set(op.output("Z"), *result);
  return success();
}

void llm::onnx::addLinearModels(LoweringTable &table) {
  table.add("ml.LinearClassifier", lowerLinearClassifier);
  table.add("ml.LinearRegressor", lowerLinearRegressor);
}
