//===- Determinant.cpp - Determinants of square matrices ------------------===//
//
// Gaussian elimination with the largest pivot of a column, one matrix after the
// other, in a copy of the input.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

LogicalResult lowerDet(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  if (x.rank() < 2)
    return op.operation()->emitError()
           << "Det: an input of rank " << x.rank() << "; accepted: 2 and more";
  Dims dims = g.dims(x.value);
  Dims leading(dims.begin(), dims.end() - 2);
  g.requireSame(dims[x.rank() - 2], dims[x.rank() - 1],
                "Det: a matrix is not square");
  Dim order = dims.back(), count = g.product(leading);
  Type type = computeType(x.element);
  Value size = g.index(order), zero = g.index(0), one = g.index(1);
  Tensor work = g.cast(g.reshape(x, {count, order, order}), type);
  // A copy, which elimination writes to.
  Value copy = g.map(work, type, [](ValueRange v) { return v[0]; }).value;
  Value result = g.empty({count}, type);
  auto read = [&](Value matrix, Value m, Value i, Value j) {
    return g.at({matrix, type}, {m, i, j});
  };
  auto next = [&](Value i) -> Value {
    return arith::AddIOp::create(g.b, i, one);
  };

  /// One column: the pivot's row comes up, the rows below lose theirs.
  auto eliminate = [&](Value m, Value k,
                       ValueRange carried) -> SmallVector<Value> {
    Value matrix = carried[0], product = carried[1];
    Value here = g.e.abs(read(matrix, m, k, k), type);
    auto pivot = g.loop(next(k), size, {here, k},
                        [&](Value i, ValueRange best) -> SmallVector<Value> {
                          Value other = g.e.abs(read(matrix, m, i, k), type);
                          Value better = g.e.less(best[0], other, type);
                          return {g.e.select(better, other, best[0]),
                                  g.e.select(better, i, best[1])};
                        });
    Value row = pivot[1];
    matrix = g.loop(k, size, matrix, [&](Value j, ValueRange inside) {
      Value upper = read(inside[0], m, k, j),
            lower = read(inside[0], m, row, j);
      Value first = g.insert(inside[0], type, lower, {m, k, j});
      // Where the pivot's row is this one, the same number is written again.
      return SmallVector<Value>{g.insert(first, type, upper, {m, row, j})};
    })[0];
    Value top = read(matrix, m, k, k);
    Value swapped = g.compare(arith::CmpIPredicate::ne, row, k);
    product =
        g.e.mul(product, g.e.select(swapped, g.e.neg(top, type), top), type);
    // A column of zeros has nothing to be taken away.
    Value nothing = g.e.equal(top, g.e.constant(0, type), type);
    Value divisor = g.e.select(nothing, g.e.constant(1, type), top);
    matrix = g.loop(next(k), size, matrix, [&](Value i, ValueRange rows) {
      Value factor = g.e.div(read(rows[0], m, i, k), divisor, type);
      return g.loop(next(k), size, rows[0], [&](Value j, ValueRange inside) {
        Value less =
            g.e.sub(read(inside[0], m, i, j),
                    g.e.mul(factor, read(inside[0], m, k, j), type), type);
        return SmallVector<Value>{g.insert(inside[0], type, less, {m, i, j})};
      });
    })[0];
    return {matrix, product};
  };
  result = g.loop(zero, g.index(count), {result, copy},
                  [&](Value m, ValueRange carried) -> SmallVector<Value> {
                    auto done =
                        g.loop(zero, size, {carried[1], g.e.constant(1, type)},
                               [&](Value k, ValueRange inside) {
                                 return eliminate(m, k, inside);
                               });
                    return {g.insert(carried[0], type, done[1], m), done[0]};
                  })[0];
  Tensor found = g.reshape({result, type}, leading);
  g.set(op.output("Y"), g.cast(found, x.element));
  return success();
}

} // namespace

void llm::onnx::addDeterminant(LoweringTable &table) {
  table.add("Det", lowerDet);
}
