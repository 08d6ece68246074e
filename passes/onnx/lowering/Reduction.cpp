//===- Reduction.cpp - Sums, extremes and norms along axes ----------------===//
//
// Axes that are known become loops of a linalg op. Axes that only the run knows
// become a flag for each dimension, and each element of the result a loop nest
// whose loops along dimensions that stay run once.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

/// What the ops of this file share: the axes and folding along them.
class Reduction {
public:
  Reduction(OnnxOp op, GraphLowering &g) : op(op), g(g) {}

  LogicalResult readAxes(int64_t rank);

  /// Folds x; dimensions stay with size 1 if `keep`, and always where only the
  /// run knows which.
  Tensor fold(Tensor x, bool keep, Type sum, Value init,
              TensorCode::Combine combine) {
    if (known)
      return g.reduce(x, *known, keep, sum, init, combine);
    return foldUnknown(x, sum, init, combine);
  }

  /// Of how many elements one of the result is made.
  Dim count(Tensor x) {
    Dim result = g.fixed(1);
    for (auto [i, dim] : llvm::enumerate(g.dims(x.value)))
      if (!known)
        result = g.mul(result, g.select(folded[i], dim, g.fixed(1)));
      else if (llvm::is_contained(*known, static_cast<int64_t>(i)))
        result = g.mul(result, dim);
    return result;
  }

  /// Ends the op with what fold() gave.
  void finish(Tensor x, Tensor result);

private:
  Tensor foldUnknown(Tensor x, Type sum, Value init,
                     TensorCode::Combine combine);

  OnnxOp op;
  GraphLowering &g;
  std::optional<SmallVector<int64_t>> known;
  SmallVector<Value> folded; ///< where not known: for each dimension
};

LogicalResult Reduction::readAxes(int64_t rank) {
  bool isInput = llvm::is_contained(
      llvm::map_range(op.schema().inputs, [](auto &p) { return p.name; }),
      "axes");
  Value input = isInput ? op.input("axes") : Value();
  std::optional<SmallVector<int64_t>> axes;
  if (!isInput)
    axes = op.integers("axes");
  else if (!input)
    axes = SmallVector<int64_t>();
  else
    axes = g.constantIntegers(input);
  bool keepsAll = op.schema().attribute("noop_with_empty_axes") &&
                  op.integer("noop_with_empty_axes");
  if (axes) {
    FailureOr<SmallVector<int64_t>> normal = normalizeAxes(op, *axes, rank);
    if (failed(normal))
      return failure();
    known = *normal;
    if (known->empty() && !keepsAll)
      known = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    llvm::sort(*known);
    known->erase(llvm::unique(*known), known->end());
    return success();
  }
  if (!op.integer("keepdims", 1) &&
      !isa<RankedTensorType>(op.output("reduced").getType()))
    return notSupported(op, "computed axes and a result of unknown rank");
  Tensor tensor = g.tensor(input);
  Type i1 = g.b.getI1Type();
  Value count = g.index(g.dim(tensor.value, 0));
  SmallVector<Value> none(rank, g.e.integer(0, i1));
  if (!keepsAll)
    none.assign(
        rank, arith::CmpIOp::create(g.b, CmpIPredicate::eq, count, g.index(0)));
  folded = g.loop(g.index(0), count, none, [&](Value iv, ValueRange flags) {
    Value axis = g.e.toIndex(g.at(tensor, iv), tensor.element);
    Value negative =
        arith::CmpIOp::create(g.b, CmpIPredicate::slt, axis, g.index(0));
    axis = g.index(g.select(negative, g.add(axis, g.fixed(rank)), axis));
    g.require(g.compare(CmpIPredicate::ult, axis, g.fixed(rank)),
              op.type() + ": an axis is out of range");
    SmallVector<Value> next;
    for (auto [i, flag] : llvm::enumerate(flags)) {
      Value isAxis = g.compare(CmpIPredicate::eq, axis, g.fixed(i));
      next.push_back(arith::OrIOp::create(g.b, flag, isAxis));
    }
    return next;
  });
  return success();
}

Tensor Reduction::foldUnknown(Tensor x, Type sum, Value init,
                              TensorCode::Combine combine) {
  Dims from = g.dims(x.value), to;
  SmallVector<Value> runs; // of each loop
  for (auto [dim, flag] : llvm::zip_equal(from, folded)) {
    to.push_back(g.select(flag, g.fixed(1), dim));
    runs.push_back(g.index(g.select(flag, dim, g.fixed(1))));
  }
  return g.tabulate(to, sum, [&](ValueRange place) {
    SmallVector<Value> ivs;
    Value zero = g.index(0);
    auto nest = [&](auto &self, Value carried) -> Value {
      size_t i = ivs.size();
      if (i == runs.size()) {
        SmallVector<Value> source;
        for (size_t d = 0; d < i; ++d)
          source.push_back(g.e.select(folded[d], ivs[d], place[d]));
        return combine(carried, g.e.cast(g.at(x, source), x.element, sum));
      }
      return g.loop(zero, runs[i], carried, [&](Value iv, ValueRange sums) {
        ivs.push_back(iv);
        Value next = self(self, sums[0]);
        ivs.pop_back();
        return SmallVector<Value>{next};
      })[0];
    };
    return nest(nest, init);
  });
}

void Reduction::finish(Tensor x, Tensor result) {
  Value output = op.output("reduced");
  bool keep = op.integer("keepdims", 1);
  Type element = g.elementOf(output);
  if (result.element != element)
    result = g.cast(result, element);
  if (known) {
    if (keep && result.rank() < x.rank()) {
      Dims kept = g.dims(x.value);
      for (int64_t axis : *known)
        kept[axis] = g.fixed(1);
      result = g.reshape(result, kept);
    } else if (!keep && result.rank() == x.rank()) {
      Dims left;
      for (auto [i, dim] : llvm::enumerate(g.dims(x.value)))
        if (!llvm::is_contained(*known, static_cast<int64_t>(i)))
          left.push_back(dim);
      result = g.reshape(result, left);
    }
  } else if (!keep) {
    // The k-th size is that of the dimension that k dimensions stay before.
    int64_t rank = cast<RankedTensorType>(output.getType()).getRank();
    SmallVector<Value> sizes(rank, g.index(1));
    Dim before = g.fixed(0);
    for (auto [dim, flag] : llvm::zip_equal(g.dims(x.value), folded)) {
      for (int64_t k = 0; k < rank; ++k) {
        Value isThis = g.compare(CmpIPredicate::eq, before, g.fixed(k));
        Value here = g.e.select(flag, sizes[k], g.index(dim));
        sizes[k] = g.e.select(isThis, here, sizes[k]);
      }
      before = g.add(before, g.select(flag, g.fixed(0), g.fixed(1)));
    }
    g.requireSame(before, g.fixed(rank),
                  op.type() + ": the result has another rank than declared");
    result = g.reshape(result, llvm::to_vector_of<Dim>(sizes));
  }
  g.set(output, result);
}

/// f64 where a result is no integer but the type is; else what elements are
/// computed in.
Type realType(GraphLowering &g, Type element) {
  return isFloat(element) ? computeType(element) : Type(g.b.getF64Type());
}

enum class Fold { Sum, Mean, Max, Min, Prod, L1, L2, SumSquare, LogSum };

template <Fold kind> LogicalResult lowerFold(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("data"));
  Reduction along(op, g);
  if (failed(along.readAxes(x.rank())))
    return failure();
  // Sums are kept in a type whose storage is what it is computed in.
  Type sum = isFloat(x.element) ? computeType(x.element) : x.element;
  if (kind == Fold::L2 || kind == Fold::LogSum)
    sum = realType(g, x.element);
  auto combine = [&](Value all, Value next) -> Value {
    switch (kind) {
    case Fold::Max:
      return g.e.max(all, next, sum);
    case Fold::Min:
      return g.e.min(all, next, sum);
    case Fold::Prod:
      return g.e.mul(all, next, sum);
    case Fold::L1:
      return g.e.add(all, g.e.abs(next, sum), sum);
    case Fold::L2:
    case Fold::SumSquare:
      return g.e.add(all, g.e.mul(next, next, sum), sum);
    default:
      return g.e.add(all, next, sum);
    }
  };
  Value init = kind == Fold::Max    ? g.e.smallest(sum)
               : kind == Fold::Min  ? g.e.largest(sum)
               : kind == Fold::Prod ? g.e.integer(1, sum)
                                    : g.e.integer(0, sum);
  Tensor result = along.fold(x, false, sum, init, combine);
  if (kind == Fold::Mean) {
    Value count = g.e.fromIndex(g.index(along.count(x)), sum);
    result = g.map(result, sum,
                   [&](ValueRange v) { return g.e.div(v[0], count, sum); });
  } else if (kind == Fold::L2) {
    result = g.map(result, sum, [&](ValueRange v) {
      return math::SqrtOp::create(g.b, v[0]).getResult();
    });
  } else if (kind == Fold::LogSum) {
    result = g.map(result, sum, [&](ValueRange v) {
      return math::LogOp::create(g.b, v[0]).getResult();
    });
  }
  along.finish(x, result);
  return success();
}

/// The largest element is taken away first, so that no exponential overflows.
LogicalResult lowerLogSumExp(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("data"));
  Reduction along(op, g);
  if (failed(along.readAxes(x.rank())))
    return failure();
  Type real = realType(g, x.element);
  Tensor top =
      along.fold(x, true, real, g.e.smallest(real), [&](Value all, Value next) {
        return g.e.max(all, next, real);
      });
  // Infinite ones would give inf - inf.
  top = g.map(top, real, [&](ValueRange v) {
    Value size = g.e.abs(v[0], real);
    Value infinite = g.e.equal(size, g.e.largest(real), real);
    return g.e.select(infinite, g.e.constant(0, real), v[0]);
  });
  Tensor powers = g.map({x, top}, real, [&](ValueRange v) {
    Value element = g.e.cast(v[0], x.element, real);
    return math::ExpOp::create(g.b, g.e.sub(element, v[1], real)).getResult();
  });
  Tensor sums = along.fold(
      powers, true, real, g.e.constant(0, real),
      [&](Value all, Value next) { return g.e.add(all, next, real); });
  Tensor result = g.map({sums, top}, real, [&](ValueRange v) {
    return g.e.add(math::LogOp::create(g.b, v[0]), v[1], real);
  });
  along.finish(x, result);
  return success();
}

/// ArgMax and ArgMin. What is no number counts as the most extreme, as it does
/// in NumPy.
template <bool largest> LogicalResult lowerArg(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("data"));
  FailureOr<int64_t> axis = normalizeAxis(op, op.integer("axis"), x.rank());
  if (failed(axis))
    return failure();
  bool last = op.version() >= 12 && op.integer("select_last_index");
  bool keep = op.integer("keepdims", 1);
  Dims from = g.dims(x.value), to = from;
  if (!getConstantIntValue(from[*axis]))
    g.require(g.compare(CmpIPredicate::sgt, from[*axis], g.fixed(0)),
              op.type() + ": the axis is empty");
  else if (TensorCode::same(from[*axis], g.fixed(0)))
    return op.operation()->emitError() << op.type() << ": the axis is empty";
  if (keep)
    to[*axis] = g.fixed(1);
  else
    to.erase(to.begin() + *axis);
  Type element = g.elementOf(op.output("reduced"));
  Value size = g.index(from[*axis]), one = g.index(1), zero = g.index(0);
  Tensor result = g.tabulate(to, element, [&](ValueRange place) {
    SmallVector<Value> source = llvm::to_vector_of<Value>(place);
    if (!keep)
      source.insert(source.begin() + *axis, zero);
    source[*axis] = zero;
    auto found =
        g.loop(one, size, {g.at(x, source), zero},
               [&](Value iv, ValueRange best) -> SmallVector<Value> {
                 source[*axis] = iv;
                 Value next = g.at(x, source), low = best[0], high = next;
                 if (!largest)
                   std::swap(low, high);
                 Value better = last ? g.e.lessOrEqual(low, high, x.element)
                                     : g.e.less(low, high, x.element);
                 if (isFloat(x.element)) {
                   auto isNaN = [&](Value v) -> Value {
                     return arith::CmpFOp::create(
                         g.b, arith::CmpFPredicate::UNO, v, v);
                   };
                   // The first (or last) that is no number stays.
                   Value wins = isNaN(next);
                   if (!last)
                     wins = g.e.select(isNaN(best[0]),
                                       g.e.integer(0, wins.getType()), wins);
                   better = arith::OrIOp::create(g.b, better, wins);
                 }
                 return {g.e.select(better, next, best[0]),
                         g.e.select(better, iv, best[1])};
               });
    return g.e.fromIndex(found[1], element);
  });
  g.set(op.output("reduced"), result);
  return success();
}

} // namespace

void llm::onnx::addReduction(LoweringTable &table) {
  table.add("ReduceSum", lowerFold<Fold::Sum>);
  table.add("ReduceMean", lowerFold<Fold::Mean>);
  table.add("ReduceMax", lowerFold<Fold::Max>);
  table.add("ReduceMin", lowerFold<Fold::Min>);
  table.add("ReduceProd", lowerFold<Fold::Prod>);
  table.add("ReduceL1", lowerFold<Fold::L1>);
  table.add("ReduceL2", lowerFold<Fold::L2>);
  table.add("ReduceSumSquare", lowerFold<Fold::SumSquare>);
  table.add("ReduceLogSum", lowerFold<Fold::LogSum>);
  table.add("ReduceLogSumExp", lowerLogSumExp);
  table.add("ArgMax", lowerArg<true>);
  table.add("ArgMin", lowerArg<false>);
}
