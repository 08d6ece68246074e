//===- QuantizeGroup.cpp - Code that rounds weights to integers -----------===//

#include "compiler/object/QuantizeGroup.h"

#include "passes/tile/Passes.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm;

GroupQuantizer::GroupQuantizer(TileCode &c, GroupedAttr encoding)
    : c(c), encoding(encoding) {
  assert(!encoding.getSuper() && "nothing is quantized to sub-scales");
}

Value GroupQuantizer::half(Value number) {
  return arith::TruncFOp::create(c, c.getF16Type(), number);
}
Value GroupQuantizer::widen(Value half) {
  return arith::ExtFOp::create(c, c.getF32Type(), half);
}
Value GroupQuantizer::greater(Value a, Value b) {
  return arith::CmpFOp::create(c, arith::CmpFPredicate::OGT, a, b);
}

GroupQuantizer::Terms GroupQuantizer::terms(Value first, Value end, Read read) {
  Value start = read(first);
  SmallVector<Value> ends =
      c.loop(c.add(first, 1), end, 1, ValueRange{start, start},
             [&](Value k, ValueRange carried) -> SmallVector<Value> {
               Value weight = read(k);
               return {arith::MinimumFOp::create(c, carried[0], weight),
                       arith::MaximumFOp::create(c, carried[1], weight)};
             });
  Value low = ends[0], high = ends[1];
  if (!encoding.getMinimum())
    return symmetric(first, end, read, low, high);
  double steps = (1 << encoding.getBits()) - 1;
  return {half(c.divf(c.subf(high, low), c.number(steps))),
          half(c.subf(c.number(0), low))};
}

/// Of the scales that may suit, the one with the smallest sum of squared
/// errors.
GroupQuantizer::Terms GroupQuantizer::symmetric(Value first, Value end,
                                                Read read, Value low,
                                                Value high) {
  Value opposite = c.subf(c.number(0), low);
  Value magnitude = arith::MaximumFOp::create(c, high, opposite);
  Value extreme =
      arith::SelectOp::create(c, greater(high, opposite), high, low);
  SmallVector<Value> scales;
  if (encoding.getBits() == 8)
    scales.push_back(half(c.divf(magnitude, c.number(127))));
  // -7 to 7, or all 16 integers with the weight of the largest magnitude at -8
  // (llama.cpp's Q4_0). With 8 bits they leave weights as they are that were
  // rounded to 4 bits before.
  scales.push_back(half(c.divf(magnitude, c.number(7))));
  scales.push_back(half(c.divf(extreme, c.number(-8))));

  SmallVector<Value> zeros(scales.size(), c.number(0));
  SmallVector<Value> errors =
      c.loop(first, end, 1, zeros,
             [&](Value k, ValueRange carried) -> SmallVector<Value> {
               Value weight = read(k);
               SmallVector<Value> sums;
               for (auto [rounded, sum] : llvm::zip(scales, carried)) {
                 Value scale = widen(rounded);
                 Value error =
                     c.subf(weight, c.mulf(scale, nearest(scale, weight)));
                 sums.push_back(c.addf(sum, c.mulf(error, error)));
               }
               return sums;
             });
  Value best = scales[0], least = errors[0];
  for (auto [scale, error] : llvm::drop_begin(llvm::zip(scales, errors))) {
    Value better = greater(least, error);
    best = arith::SelectOp::create(c, better, scale, best);
    least = arith::SelectOp::create(c, better, error, least);
  }
  return {best, Value()};
}

Value GroupQuantizer::nearest(Value scale, Value weight) {
  double lowest = -encoding.getZero();
  double highest = lowest + (1 << encoding.getBits()) - 1;
  Value ratio = math::RoundEvenOp::create(c, c.divf(weight, scale));
  // maxnum and minnum: a group of zeros has a scale of zero, and 0/0 must end
  // up as some quant.
  ratio = arith::MaxNumFOp::create(c, ratio, c.number(lowest));
  return arith::MinNumFOp::create(c, ratio, c.number(highest));
}

Value GroupQuantizer::quant(const Terms &terms, Value weight) {
  if (terms.minimum)
    weight = c.addf(weight, widen(terms.minimum));
  Value number =
      c.addf(nearest(widen(terms.scale), weight), c.number(encoding.getZero()));
  return arith::FPToUIOp::create(c, c.getI32Type(), number);
}
