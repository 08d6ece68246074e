//===- Softmax.cpp - Softmax, LogSoftmax and Hardmax ----------------------===//
//
// Since version 13 along one axis; before, along all from `axis` on at once, as
// of a matrix. Numbers below 32 bits are computed in f32 and rounded once.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Softmax.h"

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

Softmax llm::onnx::computeSoftmax(TensorCode &g, Tensor x,
                                  ArrayRef<int64_t> axes) {
  Type type = computeType(x.element);
  Tensor top =
      g.reduce(x, axes, true, type, g.e.smallest(type),
               [&](Value all, Value next) { return g.e.max(all, next, type); });
  Tensor shifted = g.map({x, top}, type, [&](ValueRange v) {
    return g.e.sub(g.e.cast(v[0], x.element, type), v[1], type);
  });
  Tensor powers = g.map(shifted, type, [&](ValueRange v) {
    return math::ExpOp::create(g.b, v[0]).getResult();
  });
  Tensor sums =
      g.reduce(powers, axes, true, type, g.e.constant(0, type),
               [&](Value all, Value next) { return g.e.add(all, next, type); });
  return {shifted, powers, sums};
}

Tensor llm::onnx::logSoftmax(TensorCode &g, Tensor x, ArrayRef<int64_t> axes,
                             Type result) {
  Softmax parts = computeSoftmax(g, x, axes);
  Type type = parts.sums.element;
  return g.map({parts.shifted, parts.sums}, result, [&](ValueRange v) {
    Value log = math::LogOp::create(g.b, v[1]);
    return g.e.cast(g.e.sub(v[0], log, type), type, result);
  });
}

namespace {

FailureOr<SmallVector<int64_t>> readAxes(OnnxOp op, Tensor x) {
  int64_t axis = op.integer("axis", op.version() < 13 ? 1 : -1);
  // As of a matrix: an axis of the rank makes columns of one element.
  if (op.version() < 13 && axis == x.rank())
    return SmallVector<int64_t>();
  FailureOr<int64_t> first = normalizeAxis(op, axis, x.rank());
  if (failed(first))
    return failure();
  SmallVector<int64_t> axes = {*first};
  if (op.version() < 13)
    axes = llvm::to_vector(llvm::seq(*first, x.rank()));
  return axes;
}

LogicalResult lowerSoftmax(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  FailureOr<SmallVector<int64_t>> axes = readAxes(op, x);
  if (failed(axes))
    return failure();
  Softmax parts = computeSoftmax(g, x, *axes);
  Type type = parts.sums.element;
  g.set(op.output("output"),
        g.map({parts.powers, parts.sums}, x.element,
              [&](ValueRange v) { return g.e.div(v[0], v[1], type); }));
  return success();
}

LogicalResult lowerLogSoftmax(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  FailureOr<SmallVector<int64_t>> axes = readAxes(op, x);
  if (failed(axes))
    return failure();
  g.set(op.output("output"), logSoftmax(g, x, *axes, x.element));
  return success();
}

/// One for the first of the largest elements, else zero.
LogicalResult lowerHardmax(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  FailureOr<SmallVector<int64_t>> axes = readAxes(op, x);
  if (failed(axes))
    return failure();
  Dims dims = g.dims(x.value);
  // As [outer, along the axes, inner].
  int64_t first = axes->empty() ? x.rank() : axes->front();
  Dims flat = {g.product(ArrayRef(dims).take_front(first)),
               g.product(ArrayRef(dims).slice(first, axes->size())),
               g.product(ArrayRef(dims).drop_front(first + axes->size()))};
  Tensor rows = g.reshape(x, flat);
  Value zero = g.index(0), one = g.index(1), size = g.index(flat[1]);
  Type i64 = g.b.getI64Type();
  // Rows of no elements have no largest.
  Dim count = flat[0];
  if (!getConstantIntValue(flat[1]))
    count = g.select(g.compare(arith::CmpIPredicate::eq, flat[1], g.fixed(0)),
                     g.fixed(0), count);
  Tensor largest = g.tabulate({count, flat[2]}, i64, [&](ValueRange place) {
    auto best =
        g.loop(one, size, {g.at(rows, {place[0], zero, place[1]}), zero},
               [&](Value iv, ValueRange carried) -> SmallVector<Value> {
                 Value next = g.at(rows, {place[0], iv, place[1]});
                 Value better = g.e.less(carried[0], next, x.element);
                 return {g.e.select(better, next, carried[0]),
                         g.e.select(better, iv, carried[1])};
               });
    return g.e.fromIndex(best[1], i64);
  });
  Tensor result = g.tabulate(flat, x.element, [&](ValueRange place) {
    Value here = g.e.fromIndex(place[1], i64);
    Value found = g.at(largest, {place[0], place[2]});
    return g.e.select(g.e.equal(here, found, i64), g.e.integer(1, x.element),
                      g.e.integer(0, x.element));
  });
  g.set(op.output("output"), g.reshape(result, dims));
  return success();
}

} // namespace

void llm::onnx::addSoftmax(LoweringTable &table) {
  table.add("Softmax", lowerSoftmax);
  table.add("LogSoftmax", lowerLogSoftmax);
  table.add("Hardmax", lowerHardmax);
}
