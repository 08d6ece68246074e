//===- Selection.cpp - Elements chosen by their values --------------------===//
//
// How many there are only the run can tell.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Sort.h"
#include "passes/onnx/lowering/Text.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

/// An i64 tensor's element as an index.
static Value indexAt(GraphLowering &g, Tensor numbers, Value place) {
  return g.e.toIndex(g.at(numbers, place), numbers.element);
}

static LogicalResult lowerCompress(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input")),
         condition = g.tensor(op.input("condition"));
  int64_t axis = 0;
  if (!op.has("axis")) {
    input = g.reshape(input, g.product(g.dims(input.value)));
  } else {
    auto place = normalizeAxis(op, op.integer("axis"), input.rank());
    if (failed(place))
      return failure();
    axis = *place;
  }
  Dims dims = g.dims(input.value);
  Dim size = g.min(dims[axis], g.dim(condition.value, 0));
  Tensor kept =
      placesWhere(g, size, [&](Value i) { return g.at(condition, i); });
  dims[axis] = g.dim(kept.value, 0);
  g.set(op.output("output"),
        g.tabulate(dims, input.element, [&](ValueRange at) {
          SmallVector<Value> place(at);
          place[axis] = indexAt(g, kept, at[axis]);
          return g.at(input, place);
        }));
  return success();
}

static LogicalResult lowerNonZero(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Dims dims = g.dims(x.value);
  Tensor found = placesWhere(g, g.product(dims), [&](Value i) -> Value {
    Value element = g.at(x, unravel(g, i, dims));
    if (isString(x.element))
      return textIsNotEmpty(g, element);
    return g.e.cast(element, x.element, g.b.getI1Type());
  });
  Dims to = {g.fixed(dims.size()), g.dim(found.value, 0)};
  Type i64 = g.b.getI64Type();
  g.set(op.output("Y"), g.tabulate(to, i64, [&](ValueRange at) -> Value {
    SmallVector<Value> place = unravel(g, indexAt(g, found, at[1]), dims);
    Value result = g.index(0);
    for (auto [i, index] : llvm::enumerate(place))
      result = g.e.select(g.compare(CmpIPredicate::eq, at[0], g.fixed(i)),
                          index, result);
    return g.e.fromIndex(result, i64);
  }));
  return success();
}

static LogicalResult lowerTopK(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  auto axis = normalizeAxis(op, op.integer("axis", -1), x.rank());
  if (failed(axis))
    return failure();
  auto k = op.version() < 10 ? Dims{g.fixed(op.integer("k"))}
                             : g.elements(op.input("K"));
  if (!k || k->size() != 1)
    return notSupported(op, "a K that is no single number");
  bool largest = op.version() < 11 || op.integer("largest", 1);
  Dims dims = g.dims(x.value), to = dims;
  to[*axis] = (*k)[0];
  Dim size = dims[*axis];
  if (!g.same(to[*axis], size)) {
    g.require(g.compare(CmpIPredicate::sle, to[*axis], size),
              "TopK: K is larger than the dimension");
    if (!isNonNegative(to[*axis]))
      g.require(g.compare(CmpIPredicate::sge, to[*axis], g.fixed(0)),
                "TopK: K is negative");
  }
  // The order of each row along the axis, one after the other.
  Dims outer(dims);
  outer.erase(outer.begin() + *axis);
  Dim rows = g.product(outer);
  Type i64 = g.b.getI64Type();
  Value order = g.empty({rows, to[*axis]}, i64);
  order = g.loop(
      g.index(0), g.index(rows), order,
      [&](Value row, ValueRange carried) -> SmallVector<Value> {
        SmallVector<Value> place = unravel(g, row, outer);
        auto at = [&](Value i) {
          SmallVector<Value> full = place;
          full.insert(full.begin() + *axis, i);
          return g.at(x, full);
        };
        Tensor sorted = sortPlaces(g, size, [&](Value i, Value j) {
          Value left = at(i), right = at(j);
          return largest ? isBefore(g, right, left, x.element)
                         : isBefore(g, left, right, x.element);
        });
        return g.loop(
            g.index(0), g.index(to[*axis]), carried,
            [&](Value i, ValueRange carried) -> SmallVector<Value> {
              return {g.insert(carried[0], i64, g.at(sorted, i), {row, i})};
            });
      })[0];
  // [outer..., k] with the axis in its place.
  Tensor places = g.sized(order, i64, {rows, to[*axis]});
  Dims split = outer;
  split.push_back(to[*axis]);
  places = g.reshape(places, split);
  SmallVector<int64_t> permutation;
  for (int64_t i = 0; i + 1 < x.rank(); ++i)
    permutation.push_back(i);
  permutation.insert(permutation.begin() + *axis, x.rank() - 1);
  places = g.transpose(places, permutation);
  g.set(op.output("Indices"), places);
  if (op.output("Values"))
    g.set(op.output("Values"), g.tabulate(to, x.element, [&](ValueRange at) {
      SmallVector<Value> place(at);
      place[*axis] = g.e.toIndex(g.at(places, at), i64);
      return g.at(x, place);
    }));
  return success();
}

/// Slices along an axis (single elements without one), each once. Equal ones
/// lie together when sorted, those that come first in front.
static LogicalResult lowerUnique(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  int64_t axis = 0;
  if (!op.has("axis")) {
    x = g.reshape(x, g.product(g.dims(x.value)));
  } else {
    auto place = normalizeAxis(op, op.integer("axis"), x.rank());
    if (failed(place))
      return failure();
    axis = *place;
  }
  Type i64 = g.b.getI64Type();
  Dims dims = g.dims(x.value), inner(dims);
  Dim count = dims[axis];
  inner.erase(inner.begin() + axis);
  auto at = [&](Value slice, Value element) {
    SmallVector<Value> place = unravel(g, element, inner);
    place.insert(place.begin() + axis, slice);
    return g.at(x, place);
  };
  Value none = arith::ConstantIntOp::create(g.b, g.b.getI1Type(), 0),
        yes = arith::ConstantIntOp::create(g.b, g.b.getI1Type(), 1);
  // Whether slice i comes before slice j, and whether one does at all.
  auto compare = [&](Value i, Value j) {
    return g.loop(g.index(0), g.index(g.product(inner)), {none, none},
                  [&](Value element, ValueRange carried) -> SmallVector<Value> {
                    Value left = at(i, element), right = at(j, element);
                    Value less = isBefore(g, left, right, x.element),
                          greater = isBefore(g, right, left, x.element);
                    Value undecided =
                        arith::XOrIOp::create(g.b, carried[1], yes);
                    Value isLess = arith::AndIOp::create(g.b, undecided, less);
                    Value either = arith::OrIOp::create(g.b, less, greater);
                    return {arith::OrIOp::create(g.b, carried[0], isLess),
                            arith::OrIOp::create(g.b, carried[1], either)};
                  });
  };
  Tensor order =
      sortPlaces(g, count, [&](Value i, Value j) { return compare(i, j)[0]; });
  Value zero = g.index(0), one = g.index(1), total = g.index(count);
  // Where groups begin in the order.
  Tensor starts = placesWhere(g, count, [&](Value i) -> Value {
    Value isFirst = g.compare(CmpIPredicate::eq, i, g.fixed(0));
    Value before = g.e.select(isFirst, i, arith::SubIOp::create(g.b, i, one));
    Value differs = compare(indexAt(g, order, before), indexAt(g, order, i))[1];
    return arith::OrIOp::create(g.b, isFirst, differs);
  });
  Dim groups = g.dim(starts.value, 0);
  auto endOf = [&](Value group) -> Value {
    Value next = arith::AddIOp::create(g.b, group, one);
    Value isLast = g.compare(CmpIPredicate::eq, next, groups);
    Value safe = g.e.select(isLast, group, next);
    return g.e.select(isLast, total, indexAt(g, starts, safe));
  };
  // The group of each slice, counted in the order of first slices.
  Value groupOf = g.empty(count, i64);
  groupOf = g.loop(
      zero, g.index(groups), groupOf, [&](Value group, ValueRange carried) {
        return g.loop(indexAt(g, starts, group), endOf(group), carried,
                      [&](Value i, ValueRange carried) -> SmallVector<Value> {
                        return {g.insert(carried[0], i64,
                                         g.e.fromIndex(group, i64),
                                         indexAt(g, order, i))};
                      });
      })[0];
  Tensor inverse = g.sized(groupOf, i64, count);
  Tensor first = g.tabulate(groups, i64, [&](ValueRange group) {
    return g.at(order, indexAt(g, starts, group[0]));
  });
  Tensor sizes = g.tabulate(groups, i64, [&](ValueRange group) {
    Value begin = indexAt(g, starts, group[0]);
    return g.e.fromIndex(arith::SubIOp::create(g.b, endOf(group[0]), begin),
                         i64);
  });
  if (!op.integer("sorted", 1)) {
    // Groups by their first slice instead.
    Tensor byFirst = sortPlaces(g, groups, [&](Value i, Value j) {
      return g.e.less(g.at(first, i), g.at(first, j), i64);
    });
    Value rankOf = g.empty(groups, i64);
    rankOf = g.loop(zero, g.index(groups), rankOf,
                    [&](Value i, ValueRange carried) -> SmallVector<Value> {
                      return {g.insert(carried[0], i64, g.e.fromIndex(i, i64),
                                       indexAt(g, byFirst, i))};
                    })[0];
    Tensor ranks = g.sized(rankOf, i64, groups);
    auto reorder = [&](Tensor numbers) {
      return g.tabulate(groups, i64, [&](ValueRange group) {
        return g.at(numbers, indexAt(g, byFirst, group[0]));
      });
    };
    first = reorder(first);
    sizes = reorder(sizes);
    Tensor sorted = inverse;
    inverse = g.tabulate(count, i64, [&](ValueRange slice) {
      return g.at(ranks, indexAt(g, sorted, slice[0]));
    });
  }
  Dims to = dims;
  to[axis] = groups;
  g.set(op.output("Y"), g.tabulate(to, x.element, [&](ValueRange at) {
    SmallVector<Value> place(at);
    place[axis] = indexAt(g, first, at[axis]);
    return g.at(x, place);
  }));
  g.set(op.output("indices"), first);
  g.set(op.output("inverse_indices"), inverse);
  g.set(op.output("counts"), sizes);
  return success();
}

void llm::onnx::addSelection(LoweringTable &table) {
  table.add("Compress", lowerCompress);
  table.add("NonZero", lowerNonZero);
  table.add("TopK", lowerTopK);
  table.add("Unique", lowerUnique);
}
