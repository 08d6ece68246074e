//===- SupportVectors.cpp - ai.onnx.ml: support vector machines -----------===//

#include "passes/onnx/lowering/Literals.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/MachineLearning.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

/// Rounds in which probabilities of more than two classes are sought, and how
/// near they come (divided by the classes): those of libsvm.
constexpr int64_t kRounds = 100;
constexpr double kNearness = 0.005;
/// Probabilities of one class against another stay this far from 0 and 1.
constexpr double kLeastProbability = 1e-7;

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// K(x, s) of each row of X and each row of `vectors`: [rows, vectors].
static FailureOr<Tensor> kernels(OnnxOp op, GraphLowering &g,
                                 ArrayRef<double> vectors, int64_t count,
                                 StringRef kernel) {
  Type f32 = g.b.getF32Type();
  if (count <= 0 || vectors.empty() || vectors.size() % count != 0)
    return op.operation()->emitError()
           << op.type() << ": " << vectors.size()
           << " numbers of vectors; expected some for each of " << count;
  Dim features = g.fixed(vectors.size() / count);
  FailureOr<Tensor> x = featureRows(op, g, vectors.size() / count);
  if (failed(x))
    return failure();
  bool isRadial = kernel == "RBF";
  Tensor rows = g.reshape(literal(g, vectors, f32), {g.fixed(count), features});
  Tensor sums = g.contract({*x, rows}, {{0, 2}, {1, 2}, {0, 1}},
                           {g.dim(x->value, 0), g.fixed(count), features}, f32,
                           [&](ValueRange v) {
                             if (!isRadial)
                               return g.e.mul(v[0], v[1], f32);
                             Value difference = g.e.sub(v[0], v[1], f32);
                             return g.e.mul(difference, difference, f32);
                           });
  if (kernel == "LINEAR")
    return sums;
  SmallVector<double> parameters = op.reals("kernel_params");
  parameters.resize(3);
  auto parameter = [&](unsigned i) { return g.e.constant(parameters[i], f32); };
  if (isRadial)
    return g.map(sums, f32, [&](ValueRange v) -> Value {
      Value scaled = g.e.neg(g.e.mul(v[0], parameter(0), f32), f32);
      return math::ExpOp::create(g.b, scaled);
    });
  if (kernel != "POLY" && kernel != "SIGMOID")
    return op.operation()->emitError()
           << op.type() << ": kernel_type " << kernel
           << "; accepted: LINEAR, POLY, RBF, SIGMOID";
  return g.map(sums, f32, [&](ValueRange v) -> Value {
    Value scaled = g.e.add(g.e.mul(v[0], parameter(0), f32), parameter(1), f32);
    if (kernel == "SIGMOID")
      return math::TanhOp::create(g.b, scaled);
    return math::PowFOp::create(g.b, scaled, parameter(2));
  });
}

static Tensor addFirst(OnnxOp op, GraphLowering &g, Tensor scores) {
  Type f32 = g.b.getF32Type();
  SmallVector<double> rho = op.reals("rho");
  double first = rho.empty() ? 0 : rho[0];
  return g.map(scores, f32, [&](ValueRange v) {
    return g.e.add(v[0], g.e.constant(first, f32), f32);
  });
}

//===----------------------------------------------------------------------===//
// Regression
//===----------------------------------------------------------------------===//

static LogicalResult lowerRegressor(OnnxOp op, GraphLowering &g) {
  Type f32 = g.b.getF32Type();
  SmallVector<double> coefficients = op.reals("coefficients");
  int64_t count = op.integer("n_supports");
  bool isLinear = count <= 0;
  FailureOr<Tensor> products =
      isLinear ? kernels(op, g, coefficients, 1, "LINEAR")
               : kernels(op, g, op.reals("support_vectors"), count,
                         op.string("kernel_type", "LINEAR"));
  if (failed(products))
    return failure();
  Tensor scores = *products;
  if (!isLinear) {
    if (static_cast<int64_t>(coefficients.size()) != count)
      return op.operation()->emitError()
             << "SVMRegressor: " << coefficients.size() << " coefficients for "
             << count << " vectors";
    scores = g.contract(
        {scores, literal(g, coefficients, f32)}, {{0, 2}, {2}, {0, 1}},
        {g.dim(scores.value, 0), g.fixed(1), g.fixed(count)}, f32,
        [&](ValueRange v) { return g.e.mul(v[0], v[1], f32); });
  }
  scores = addFirst(op, g, scores);
  if (op.integer("one_class"))
    scores = g.map(scores, f32, [&](ValueRange v) {
      Value isInside = g.e.less(g.e.constant(0, f32), v[0], f32);
      return g.e.select(isInside, g.e.constant(1, f32), g.e.constant(-1, f32));
    });
  auto result =
      transformScores(op, g, scores, op.string("post_transform", "NONE"));
  if (failed(result))
    return failure();
  g.set(op.output("Y"), *result);
  return success();
}

//===----------------------------------------------------------------------===//
// Classes against each other
//===----------------------------------------------------------------------===//

namespace {

/// A machine that decides between each two of its classes: pairs (0, 1),
/// (0, 2) ... (1, 2) ...
class Pairs {
public:
  Pairs(OnnxOp op, GraphLowering &g, ArrayRef<int64_t> vectors)
      : op(op), g(g), f32(g.b.getF32Type()), vectors(vectors),
        classes(vectors.size()) {
    for (int64_t i = 0; i < classes; ++i)
      for (int64_t j = i + 1; j < classes; ++j)
        pairs.push_back({i, j});
    for (int64_t of : vectors)
      count += std::max<int64_t>(of, 0);
  }

  LogicalResult check() {
    auto expect = [&](StringRef name, size_t size, bool optional) {
      size_t found = op.reals(name).size();
      if (found == size || (optional && found == 0))
        return success();
      op.operation()->emitError()
          << op.type() << ": " << found << " numbers in " << name
          << "; expected " << size;
      return failure();
    };
    if (llvm::any_of(vectors, [](int64_t of) { return of < 0; }))
      return op.operation()->emitError()
             << op.type() << ": a negative number of vectors of a class";
    return failure(
        failed(expect("coefficients", (classes - 1) * count, false)) ||
        failed(expect("rho", pairs.size(), false)) ||
        failed(expect("prob_a", pairs.size(), true)) ||
        failed(expect("prob_b", op.reals("prob_a").size(), false)));
  }

  /// [rows, pairs]: positive for the first of the two.
  FailureOr<Tensor> scores() {
    auto products = kernels(op, g, op.reals("support_vectors"), count,
                            op.string("kernel_type", "LINEAR"));
    if (failed(products))
      return failure();
    Tensor sums = multiply(*products, coefficients(), count, pairs.size());
    return g.map({sums, literal(g, op.reals("rho"), f32)}, f32,
                 [&](ValueRange v) { return g.e.add(v[0], v[1], f32); });
  }

  /// How many pairs each class wins, [rows, classes].
  Tensor votes(Tensor scores) {
    SmallVector<double> first(pairs.size() * classes), second(first);
    for (auto [p, pair] : llvm::enumerate(pairs)) {
      first[p * classes + pair.first] = 1;
      second[p * classes + pair.second] = 1;
    }
    Dims shape = {g.fixed(pairs.size()), g.fixed(classes)};
    return g.contract({scores, g.reshape(literal(g, first, f32), shape),
                       g.reshape(literal(g, second, f32), shape)},
                      {{0, 2}, {2, 1}, {2, 1}, {0, 1}},
                      {g.dim(scores.value, 0), shape[1], shape[0]}, f32,
                      [&](ValueRange v) {
                        Value wins = g.e.less(g.e.constant(0, f32), v[0], f32);
                        return g.e.select(wins, v[1], v[2]);
                      });
  }

  Tensor probabilities(Tensor scores);

private:
  /// [vectors, pairs]: a vector of class i decides between i and others.
  SmallVector<double> coefficients() {
    SmallVector<double> given = op.reals("coefficients"),
                        result(count * pairs.size());
    int64_t vector = 0;
    for (int64_t of = 0; of < classes; ++of)
      for (int64_t end = vector + vectors[of]; vector < end; ++vector)
        for (auto [p, pair] : llvm::enumerate(pairs)) {
          auto [i, j] = pair;
          if (of == i || of == j)
            result[vector * pairs.size() + p] =
                given[(of == i ? j - 1 : i) * count + vector];
        }
    return result;
  }

  Tensor multiply(Tensor x, ArrayRef<double> matrix, int64_t depth,
                  int64_t columns) {
    Tensor y =
        g.reshape(literal(g, matrix, f32), {g.fixed(depth), g.fixed(columns)});
    return g.contract({x, y}, {{0, 2}, {2, 1}, {0, 1}},
                      {g.dim(x.value, 0), g.fixed(columns), g.fixed(depth)},
                      f32,
                      [&](ValueRange v) { return g.e.mul(v[0], v[1], f32); });
  }

  Tensor pairwise(Tensor scores);
  Tensor couple(Tensor pairwise);

  OnnxOp op;
  GraphLowering &g;
  Type f32;
  ArrayRef<int64_t> vectors;
  int64_t classes, count = 0;
  SmallVector<std::pair<int64_t, int64_t>> pairs;
};

} // namespace

/// [rows, classes, classes]: that it is the first class, if it is one of two.
Tensor Pairs::pairwise(Tensor scores) {
  Tensor likely = g.map(
      {scores, literal(g, op.reals("prob_a"), f32),
       literal(g, op.reals("prob_b"), f32)},
      f32, [&](ValueRange v) {
        Value one = g.e.constant(1, f32);
        Value power = math::ExpOp::create(
            g.b, g.e.add(g.e.mul(v[0], v[1], f32), v[2], f32));
        Value value = g.e.div(one, g.e.add(one, power, f32), f32);
        value = g.e.max(value, g.e.constant(kLeastProbability, f32), f32);
        return g.e.min(value, g.e.constant(1 - kLeastProbability, f32), f32);
      });
  // Where the pair of two classes lies among the pairs; its second class has
  // what the first leaves.
  SmallVector<int64_t> places(classes * classes, 0);
  for (auto [p, pair] : llvm::enumerate(pairs))
    places[pair.first * classes + pair.second] =
        places[pair.second * classes + pair.first] = p;
  Tensor place =
      g.reshape(literal(g, places), {g.fixed(classes), g.fixed(classes)});
  return g.tabulate(
      {g.dim(scores.value, 0), g.fixed(classes), g.fixed(classes)}, f32,
      [&](ValueRange at) {
        Value pair = g.e.toIndex(g.at(place, {at[1], at[2]}), place.element);
        Value value = g.at(likely, {at[0], pair});
        Value isFirst = g.compare(arith::CmpIPredicate::slt, at[1], at[2]);
        Value rest = g.e.sub(g.e.constant(1, f32), value, f32);
        return g.e.select(isFirst, value, rest);
      });
}

/// Probabilities of all classes that agree best with those of pairs: the
/// second method of T.-F. Wu, C.-J. Lin and R. C. Weng, "Probability Estimates
/// for Multi-class Classification by Pairwise Coupling", row by row.
Tensor Pairs::couple(Tensor pairwise) {
  Dims shape = {g.dim(pairwise.value, 0), g.fixed(classes)};
  Value zero = g.index(0), end = g.index(classes);
  Value none = g.e.constant(0, f32), one = g.e.constant(1, f32);
  auto square = [&](Value x) { return g.e.mul(x, x, f32); };
  Tensor q =
      g.tabulate({shape[0], shape[1], shape[1]}, f32, [&](ValueRange at) {
        Value diagonal =
            g.loop(zero, end, none,
                   [&](Value j, ValueRange sum) -> SmallVector<Value> {
                     Value other = g.at(pairwise, {at[0], j, at[1]});
                     Value next = g.e.add(sum[0], square(other), f32);
                     Value isSame =
                         g.compare(arith::CmpIPredicate::eq, j, at[1]);
                     return {g.e.select(isSame, sum[0], next)};
                   })[0];
        Value product = g.e.mul(g.at(pairwise, {at[0], at[2], at[1]}),
                                g.at(pairwise, {at[0], at[1], at[2]}), f32);
        Value isSame = g.compare(arith::CmpIPredicate::eq, at[1], at[2]);
        return g.e.select(isSame, diagonal, g.e.neg(product, f32));
      });
  Tensor result = g.filled(shape, f32, g.e.constant(1.0 / classes, f32));
  auto tensorOf = [&](Value value, ArrayRef<Dim> dims) {
    return g.sized(value, f32, dims);
  };
  /// Improves each probability of a row in turn; its products with q follow.
  auto improve = [&](Value row, ValueRange state) {
    return g.loop(
        zero, end, state, [&](Value i, ValueRange s) -> SmallVector<Value> {
          Tensor p = tensorOf(s[0], shape), qp = tensorOf(s[1], shape[1]);
          Value own = g.at(q, {row, i, i}), product = g.at(qp, i);
          Value step = g.e.div(g.e.sub(s[2], product, f32), own, f32);
          Value scale = g.e.add(one, step, f32);
          Value sum =
              g.e.add(s[2],
                      g.e.mul(step,
                              g.e.add(g.e.mul(step, own, f32),
                                      g.e.add(product, product, f32), f32),
                              f32),
                      f32);
          sum = g.e.div(g.e.div(sum, scale, f32), scale, f32);
          SmallVector<Value> next = g.loop(
              zero, end, {p.value, qp.value},
              [&](Value j, ValueRange v) -> SmallVector<Value> {
                Tensor p = tensorOf(v[0], shape), qp = tensorOf(v[1], shape[1]);
                Value isOwn = g.compare(arith::CmpIPredicate::eq, i, j);
                Value share = g.at(p, {row, j});
                share = g.e.add(share, g.e.select(isOwn, step, none), f32);
                Value product = g.e.add(
                    g.at(qp, j), g.e.mul(step, g.at(q, {row, i, j}), f32), f32);
                return {
                    g.insert(p.value, f32, g.e.div(share, scale, f32),
                             {row, j}),
                    g.insert(qp.value, f32, g.e.div(product, scale, f32), j)};
              });
          return {next[0], next[1], sum};
        });
  };
  auto round = [&](Value row, Value shares) -> SmallVector<Value> {
    Value empty = g.empty(shape[1], f32);
    SmallVector<Value> products = g.loop(
        zero, end, {empty, none},
        [&](Value i, ValueRange v) -> SmallVector<Value> {
          Tensor p = tensorOf(shares, shape);
          Value product =
              g.loop(zero, end, none,
                     [&](Value j, ValueRange sum) -> SmallVector<Value> {
                       return {g.e.add(sum[0],
                                       g.e.mul(g.at(q, {row, i, j}),
                                               g.at(p, {row, j}), f32),
                                       f32)};
                     })[0];
          return {g.insert(v[0], f32, product, i),
                  g.e.add(v[1], g.e.mul(g.at(p, {row, i}), product, f32), f32)};
        });
    Value worst = g.loop(
        zero, end, none, [&](Value i, ValueRange v) -> SmallVector<Value> {
          Value error = g.e.sub(g.at(tensorOf(products[0], shape[1]), i),
                                products[1], f32);
          return {g.e.max(v[0], g.e.abs(error, f32), f32)};
        })[0];
    Value isNear = g.e.less(worst, g.e.constant(kNearness / classes, f32), f32);
    return g.branch(
        isNear,
        [&]() -> SmallVector<Value> {
          return {shares, g.e.integer(1, g.b.getI1Type())};
        },
        [&]() -> SmallVector<Value> {
          Value better = improve(row, {shares, products[0], products[1]})[0];
          return {better, g.e.integer(0, g.b.getI1Type())};
        });
  };
  Value all = g.loop(
      zero, g.index(shape[0]), result.value,
      [&](Value row, ValueRange shares) -> SmallVector<Value> {
        Value isDone = g.e.integer(0, g.b.getI1Type());
        Value found = g.loop(
            zero, g.index(kRounds), {shares[0], isDone},
            [&](Value, ValueRange v) -> SmallVector<Value> {
              return g.branch(
                  v[1], [&]() -> SmallVector<Value> { return {v[0], v[1]}; },
                  [&] { return round(row, v[0]); });
            })[0];
        return {found};
      })[0];
  return tensorOf(all, shape);
}

Tensor Pairs::probabilities(Tensor scores) { return couple(pairwise(scores)); }

//===----------------------------------------------------------------------===//
// Classification
//===----------------------------------------------------------------------===//

/// The class of a machine without support vectors, of two: the second one if
/// the best score is positive, or at least a half where no coefficient is
/// negative.
static Tensor secondOfTwo(OnnxOp op, GraphLowering &g, Tensor scores,
                          Tensor largest) {
  Type f32 = g.b.getF32Type();
  bool isPositive = llvm::all_of(op.reals("coefficients"),
                                 [](double value) { return value >= 0; });
  return g.tabulate(
      g.dim(scores.value, 0), largest.element, [&](ValueRange at) {
        Value place = g.at(largest, at[0]);
        Value best = g.at(scores, {at[0], g.e.toIndex(place, largest.element)});
        Value limit = g.e.constant(isPositive ? 0.5 : 0, f32);
        Value isSecond = isPositive ? g.e.lessOrEqual(limit, best, f32)
                                    : g.e.less(limit, best, f32);
        return g.e.select(isSecond, g.e.integer(1, largest.element), place);
      });
}

static LogicalResult lowerClassifier(OnnxOp op, GraphLowering &g) {
  Type f32 = g.b.getF32Type();
  SmallVector<int64_t> integers = op.integers("classlabels_ints");
  SmallVector<StringRef> texts = op.strings("classlabels_strings");
  int64_t classes = texts.empty() ? integers.size() : texts.size();
  if (classes < 2)
    return notSupported(op, Twine(classes) + " classes");
  SmallVector<int64_t> vectors = op.integers("vectors_per_class");
  StringRef kind = op.string("post_transform", "NONE");
  Tensor scores, places;
  if (llvm::all_of(vectors, [](int64_t of) { return of == 0; })) {
    auto products = kernels(op, g, op.reals("coefficients"), classes, "LINEAR");
    if (failed(products))
      return failure();
    scores = addFirst(op, g, *products);
    places = largestScores(g, scores);
    if (classes == 2 && op.reals("prob_a").empty())
      places = secondOfTwo(op, g, scores, places);
  } else {
    if (static_cast<int64_t>(vectors.size()) != classes)
      return op.operation()->emitError()
             << "SVMClassifier: vectors of " << vectors.size() << " classes; "
             << classes << " labels";
    Pairs pairs(op, g, vectors);
    if (failed(pairs.check()))
      return failure();
    auto decisions = pairs.scores();
    if (failed(decisions))
      return failure();
    scores = *decisions;
    places = largestScores(g, pairs.votes(scores));
    if (!op.reals("prob_a").empty()) {
      scores = pairs.probabilities(scores);
    } else if (classes == 2) {
      if (kind != "NONE")
        return notSupported(op, "post_transform " + kind +
                                    " of two classes without probabilities");
      Tensor one = scores;
      scores = g.tabulate(
          {g.dim(one.value, 0), g.fixed(2)}, f32, [&](ValueRange at) {
            Value score = g.at(one, {at[0], g.index(0)});
            Value isFirst =
                g.compare(arith::CmpIPredicate::eq, at[1], g.fixed(0));
            return g.e.select(isFirst, g.e.neg(score, f32), score);
          });
    }
  }
  auto result = transformScores(op, g, scores, kind);
  if (failed(result))
    return failure();
  g.set(op.output("Y"),
        labelsOf(g, places, texts.empty() ? integers : ArrayRef<int64_t>(),
                 texts));
  g.set(op.output("Z"), *result);
  return success();
}

void llm::onnx::addSupportVectors(LoweringTable &table) {
  table.add("ml.SVMClassifier", lowerClassifier);
  table.add("ml.SVMRegressor", lowerRegressor);
}
