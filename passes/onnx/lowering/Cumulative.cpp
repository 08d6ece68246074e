//===- Cumulative.cpp - Running sums and products -------------------------===//
//
// The input is seen as [outer, axis, inner], which holds for an axis that only
// the run knows, too. Each row is run through once, its sum in a register.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

struct Rows {
  Dim outer, size, inner;
};

/// The sizes before, of, and after an axis that is a value.
FailureOr<Rows> rowsAlong(OnnxOp op, GraphLowering &g, Tensor x) {
  Dims dims = g.dims(x.value);
  Rows rows{g.fixed(1), g.fixed(1), g.fixed(1)};
  auto numbers = g.elements(op.input("axis"));
  if (!numbers || numbers->size() != 1)
    return notSupported(op, "an axis that is not one number");
  Dim axis = (*numbers)[0];
  if (auto known = getConstantIntValue(axis)) {
    FailureOr<int64_t> place = normalizeAxis(op, *known, x.rank());
    if (failed(place))
      return failure();
    rows.outer = g.product(ArrayRef(dims).take_front(*place));
    rows.size = dims[*place];
    rows.inner = g.product(ArrayRef(dims).drop_front(*place + 1));
    return rows;
  }
  Dim rank = g.fixed(x.rank());
  axis = g.select(g.compare(CmpIPredicate::slt, axis, g.fixed(0)),
                  g.add(axis, rank), axis);
  g.require(g.compare(CmpIPredicate::ult, axis, rank),
            op.type() + ": the axis is out of range");
  for (auto [i, dim] : llvm::enumerate(dims)) {
    Dim one = g.fixed(1), here = g.fixed(i);
    auto times = [&](Dim product, CmpIPredicate side) {
      return g.mul(product, g.select(g.compare(side, here, axis), dim, one));
    };
    rows.outer = times(rows.outer, CmpIPredicate::slt);
    rows.size = times(rows.size, CmpIPredicate::eq);
    rows.inner = times(rows.inner, CmpIPredicate::sgt);
  }
  return rows;
}

template <bool product>
LogicalResult lowerCumulative(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("x"));
  FailureOr<Rows> rows = rowsAlong(op, g, x);
  if (failed(rows))
    return failure();
  bool exclusive = op.integer("exclusive"), reverse = op.integer("reverse");
  Dims shape = g.dims(x.value);
  Dims flat = {rows->outer, rows->size, rows->inner};
  Tensor source = g.reshape(x, flat);
  Type sum = isFloat(x.element) ? computeType(x.element) : x.element;
  Value start = g.e.integer(product ? 1 : 0, sum);
  Value zero = g.index(0), outer = g.index(rows->outer),
        inner = g.index(rows->inner), size = g.index(rows->size);
  Value last = g.index(g.sub(rows->size, g.fixed(1)));
  Value result = g.empty(flat, source.type().getElementType());
  auto alongRow = [&](Value o, Value i, Value out) {
    return g.loop(zero, size, {out, start},
                  [&](Value step, ValueRange carried) -> SmallVector<Value> {
                    Value at = step;
                    if (reverse)
                      at = arith::SubIOp::create(g.b, last, step);
                    Value next = g.at(source, {o, at, i});
                    Value total = product ? g.e.mul(carried[1], next, sum)
                                          : g.e.add(carried[1], next, sum);
                    Value shown = exclusive ? carried[1] : total;
                    return {g.insert(carried[0], x.element, shown, {o, at, i}),
                            total};
                  })[0];
  };
  result = g.loop(zero, outer, result, [&](Value o, ValueRange out) {
    return g.loop(zero, inner, out[0],
                  [&](Value i, ValueRange inside) -> SmallVector<Value> {
                    return {alongRow(o, i, inside[0])};
                  });
  })[0];
  g.set(op.output("y"), g.reshape({result, x.element}, shape));
  return success();
}

} // namespace

void llm::onnx::addCumulative(LoweringTable &table) {
  table.add("CumSum", lowerCumulative<false>);
  table.add("CumProd", lowerCumulative<true>);
}
