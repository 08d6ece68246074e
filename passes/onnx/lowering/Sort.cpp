//===- Sort.cpp - Orders of elements --------------------------------------===//
//
// Merges runs of 1, 2, 4 ... places, each pass into a tensor of its own.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Sort.h"

#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/Text.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

Value llm::onnx::isBefore(GraphLowering &g, Value x, Value y, Type element) {
  if (isString(element))
    return textIsLess(g, x, y);
  Value less = g.e.less(x, y, element);
  if (!isFloat(element))
    return less;
  auto isNaN = [&](Value v) -> Value {
    return arith::CmpFOp::create(g.b, arith::CmpFPredicate::UNO, v, v);
  };
  Value number = arith::CmpFOp::create(g.b, arith::CmpFPredicate::ORD, x, x);
  Value last = arith::AndIOp::create(g.b, number, isNaN(y));
  return arith::OrIOp::create(g.b, less, last);
}

Tensor llm::onnx::sortPlaces(GraphLowering &g, Dim size,
                             llvm::function_ref<Value(Value, Value)> isBefore) {
  Type i64 = g.b.getI64Type();
  Tensor start = g.tabulate(
      size, i64, [&](ValueRange at) { return g.e.fromIndex(at[0], i64); });
  Value n = g.index(size), one = g.index(1), zero = g.index(0);
  // As many passes as size - 1 has bits.
  Value last =
      g.e.fromIndex(g.index(g.max(g.sub(size, g.fixed(1)), g.fixed(0))), i64);
  Value bits = arith::SubIOp::create(
      g.b, g.e.integer(64, i64),
      math::CountLeadingZerosOp::create(g.b, last).getResult());
  Value passes = g.e.toIndex(bits, i64);
  auto pass = [&](Value number, ValueRange carried) -> SmallVector<Value> {
    Tensor from = g.sized(carried[0], i64, size);
    Value width = arith::ShLIOp::create(g.b, one, number);
    Value both = arith::ShLIOp::create(g.b, width, one);
    Value pairs = arith::CeilDivUIOp::create(g.b, n, both);
    Value to = g.empty(size, i64);
    auto merge = [&](Value pair, ValueRange carried) -> SmallVector<Value> {
      Value low = arith::MulIOp::create(g.b, pair, both);
      Value middle = arith::MinUIOp::create(
          g.b, arith::AddIOp::create(g.b, low, width), n);
      Value high =
          arith::MinUIOp::create(g.b, arith::AddIOp::create(g.b, low, both), n);
      auto step = [&](Value k, ValueRange carried) -> SmallVector<Value> {
        Value left = carried[1], right = carried[2];
        Value hasLeft = g.compare(CmpIPredicate::ult, left, middle);
        Value hasRight = g.compare(CmpIPredicate::ult, right, high);
        Value x = g.at(from, g.e.select(hasLeft, left, low));
        Value y = g.at(from, g.e.select(hasRight, right, low));
        Value isLess = isBefore(g.e.toIndex(y, i64), g.e.toIndex(x, i64));
        Value wins = arith::OrIOp::create(
            g.b, isLess,
            arith::CmpIOp::create(g.b, CmpIPredicate::uge, left, middle));
        Value takeRight = arith::AndIOp::create(g.b, hasRight, wins);
        Value next = g.insert(carried[0], i64, g.e.select(takeRight, y, x), k);
        auto advance = [&](Value place, Value condition) -> Value {
          return arith::AddIOp::create(g.b, place,
                                       g.e.select(condition, one, zero));
        };
        Value takeLeft = arith::XOrIOp::create(
            g.b, takeRight,
            arith::ConstantIntOp::create(g.b, g.b.getI1Type(), 1));
        return {next, advance(left, takeLeft), advance(right, takeRight)};
      };
      return {g.loop(low, high, {carried[0], low, middle}, step)[0]};
    };
    return g.loop(zero, pairs, to, merge);
  };
  return g.sized(g.loop(zero, passes, start.value, pass)[0], i64, size);
}
