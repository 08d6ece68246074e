//===- NonMaxSuppression.cpp - The best boxes that overlap little ---------===//
//
// What one box does to the next is inherently sequential, so this is a loop of
// scalars: those above the threshold are listed first, and each round over the
// list drops what overlaps the box chosen last while it looks for the best.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

class Suppression {
public:
  Suppression(OnnxOp op, GraphLowering &g)
      : op(op), g(g), boxes(g.tensor(op.input("boxes"))),
        scores(g.tensor(op.input("scores"))), real(boxes.element),
        number(g.b.getI64Type()), flag(g.b.getI1Type()) {}

  LogicalResult run();

private:
  /// An input that is one number, or none.
  Value scalar(StringRef name) {
    Value input = op.input(name);
    if (!input)
      return {};
    auto type = cast<RankedTensorType>(input.getType());
    if (type.getRank() == 1 && type.getDimSize(0) == 0)
      return {};
    return g.scalar(g.tensor(input));
  }
  Value both(Value x, Value y) { return arith::AndIOp::create(g.b, x, y); }
  Value less(Value x, Value y) { return g.e.less(x, y, real); }
  Value sub(Value x, Value y) { return g.e.sub(x, y, real); }
  Value mul(Value x, Value y) { return g.e.mul(x, y, real); }
  Value min(Value x, Value y) { return g.e.select(less(y, x), y, x); }
  Value max(Value x, Value y) { return g.e.select(less(x, y), y, x); }

  struct Extent {
    Value low[2], high[2];
  };
  Extent extentOf(Value batch, Value box);
  Value overlaps(const Extent &a, const Extent &b);
  SmallVector<Value> choose(Value batch, Value kind, Value rows, Value found);

  OnnxOp op;
  GraphLowering &g;
  Tensor boxes, scores;
  Type real, number, flag;
  Value most, overlap, least; ///< the last two may be null
  Dim count;
};

Suppression::Extent Suppression::extentOf(Value batch, Value box) {
  Extent extent;
  auto part = [&](unsigned i) { return g.at(boxes, {batch, box, g.index(i)}); };
  for (unsigned d = 0; d < 2; ++d) {
    if (op.integer("center_point_box")) {
      Value half = mul(part(2 + d), g.e.constant(0.5, real));
      extent.low[d] = sub(part(d), half);
      extent.high[d] = g.e.add(part(d), half, real);
    } else {
      extent.low[d] = min(part(d), part(2 + d));
      extent.high[d] = max(part(d), part(2 + d));
    }
  }
  return extent;
}

/// Whether the boxes share more than the threshold of what they cover together.
Value Suppression::overlaps(const Extent &a, const Extent &b) {
  Value zero = g.e.constant(0, real), shared, areaA, areaB, touches;
  for (unsigned d = 0; d < 2; ++d) {
    Value side = sub(min(a.high[d], b.high[d]), max(a.low[d], b.low[d]));
    Value positive = less(zero, side);
    touches = touches ? both(touches, positive) : positive;
    Value sideA = sub(a.high[d], a.low[d]), sideB = sub(b.high[d], b.low[d]);
    shared = shared ? mul(shared, side) : side;
    areaA = areaA ? mul(areaA, sideA) : sideA;
    areaB = areaB ? mul(areaB, sideB) : sideB;
  }
  Value together = sub(g.e.add(areaA, areaB, real), shared);
  Value limit = overlap ? overlap : zero;
  Value large = less(limit, g.e.div(shared, together, real));
  for (Value area : {shared, areaA, areaB, together})
    large = both(large, less(zero, area));
  return both(touches, large);
}

/// One class of one item: rows[found...] become (batch, class, box).
SmallVector<Value> Suppression::choose(Value batch, Value kind, Value rows,
                                       Value found) {
  Value zero = g.index(0), end = g.index(count);
  Value list = g.empty(count, number), alive = g.empty(count, flag);
  auto score = [&](Value box) { return g.at(scores, {batch, kind, box}); };
  Value yes = g.e.integer(1, flag);
  SmallVector<Value> listed =
      g.loop(zero, end, {list, alive, zero},
             [&](Value box, ValueRange now) -> SmallVector<Value> {
               Value next =
                   g.insert(now[0], number, g.e.fromIndex(box, number), now[2]);
               Value marked = g.insert(now[1], flag, yes, now[2]);
               Dim more = g.add(now[2], g.fixed(1));
               if (least)
                 more = g.select(less(least, score(box)), more, now[2]);
               return {next, marked, g.index(more)};
             });
  list = listed[0];
  Value candidates = listed[2];
  Value none = g.index(-1);
  Value rounds = g.index(g.min(most, candidates));
  auto round = [&](Value, ValueRange now) -> SmallVector<Value> {
    Value last = now[3];
    // Nothing has been chosen before the first round, and nothing is left once
    // a round has chosen none; then `last` is -1 or -2.
    Value first = g.compare(CmpIPredicate::eq, last, g.fixed(-1));
    Value over = g.compare(CmpIPredicate::eq, last, g.fixed(-2));
    Value at = g.index(g.max(last, g.fixed(0)));
    Extent chosen = extentOf(batch, at);
    Value lowest = g.e.smallest(real);
    auto look = [&]() -> SmallVector<Value> {
      return g.loop(
          zero, candidates, {now[0], none, lowest},
          [&](Value i, ValueRange best) -> SmallVector<Value> {
            Value box = g.e.toIndex(g.at({list, number}, i), number);
            Value hit = overlaps(chosen, extentOf(batch, box));
            Value isLast = g.compare(CmpIPredicate::eq, box, last);
            Value dropped = arith::OrIOp::create(g.b, isLast, hit).getResult();
            dropped = both(dropped, arith::XOrIOp::create(g.b, first, yes));
            Value lives = both(g.at({best[0], flag}, i),
                               arith::XOrIOp::create(g.b, dropped, yes));
            Value marks = g.insert(best[0], flag, lives, i);
            Value value = score(box);
            Value empty = g.compare(CmpIPredicate::eq, best[1], g.fixed(-1));
            Value better = both(
                lives, arith::OrIOp::create(g.b, empty, less(best[2], value)));
            return {marks, g.e.select(better, box, best[1]),
                    g.e.select(better, value, best[2])};
          });
    };
    SmallVector<Value> best = g.branch(
        over, [&]() -> SmallVector<Value> { return {now[0], none, lowest}; },
        look);
    Value any = g.compare(CmpIPredicate::ne, best[1], g.fixed(-1));
    // Written behind the rows that count where nothing was chosen.
    Value row = now[1];
    Value chosenRow[] = {batch, kind, best[1]};
    for (unsigned i = 0; i < 3; ++i)
      row = g.insert(row, number, g.e.fromIndex(chosenRow[i], number),
                     {now[2], g.index(i)});
    Dim more = g.select(any, g.add(now[2], g.fixed(1)), now[2]);
    Dim chosenNext = g.select(any, best[1], g.index(-2));
    return {best[0], row, g.index(more), g.index(chosenNext)};
  };
  SmallVector<Value> after =
      g.loop(zero, rounds, {listed[1], rows, found, none}, round);
  return {after[1], after[2]};
}

LogicalResult Suppression::run() {
  Dims boxDims = g.dims(boxes.value), scoreDims = g.dims(scores.value);
  if (boxDims.size() != 3 || scoreDims.size() != 3)
    return op.operation()->emitError()
           << "NonMaxSuppression: boxes and scores have ranks "
           << boxDims.size() << " and " << scoreDims.size() << "; expected 3";
  count = boxDims[1];
  g.requireSame(boxDims[0], scoreDims[0],
                "NonMaxSuppression: boxes and scores differ in batch size");
  g.requireSame(count, scoreDims[2],
                "NonMaxSuppression: boxes and scores differ in number");
  g.requireSame(boxDims[2], g.fixed(4),
                "NonMaxSuppression: boxes are not of 4 numbers");
  Value limit = scalar("max_output_boxes_per_class");
  most = limit ? g.index(g.max(g.e.toIndex(limit, number), g.fixed(0)))
               : g.index(0);
  overlap = scalar("iou_threshold");
  least = scalar("score_threshold");
  Dim classes = scoreDims[1];
  Dim room = g.mul(g.mul(boxDims[0], classes), g.min(most, count));
  // One row more: a round that chooses nothing writes one, too.
  Value rows = g.empty({g.add(room, g.fixed(1)), g.fixed(3)}, number);
  SmallVector<Value> result =
      g.loop(g.index(0), g.index(boxDims[0]), {rows, g.index(0)},
             [&](Value batch, ValueRange outer) -> SmallVector<Value> {
               return g.loop(g.index(0), g.index(classes), outer,
                             [&](Value kind, ValueRange now) {
                               return choose(batch, kind, now[0], now[1]);
                             });
             });
  Dims zeros(2, g.fixed(0));
  g.set(op.output("selected_indices"),
        g.part({result[0], number}, zeros, {result[1], g.fixed(3)}));
  return success();
}

LogicalResult lowerNonMaxSuppression(OnnxOp op, GraphLowering &g) {
  return Suppression(op, g).run();
}

} // namespace

void llm::onnx::addNonMaxSuppression(LoweringTable &table) {
  table.add("NonMaxSuppression", lowerNonMaxSuppression);
}
