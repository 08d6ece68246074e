//===- PanelWriter.cpp - Columns as a product reads them ------------------===//

#include "passes/cpu/kernels/PanelWriter.h"

#include "dialects/llm/LLMDialect.h"
#include "passes/cpu/kernels/VectorLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace llm;

/// A run is some columns of one panel that lie evenly apart: where they come
/// from, where they go to, and how many they are.
constexpr int64_t kRunFields = 3;

/// How many steps of the first sum's loop ahead is fetched: its places, planes
/// of an image, lie too far apart for a processor to foresee them.
constexpr int64_t kSumsAhead = 16;

PanelWriter::PanelWriter(const OperandPlaces &rhs, ArrayRef<Value> columnSizes,
                         ArrayRef<Value> sumSizes, Value panels, bool byteMasks)
    : c(rhs.c), k(rhs.k), b(k.b), rhs(rhs), loops(c.columns),
      sizes(columnSizes), sumSizes(sumSizes), panels(panels),
      byteMasks(byteMasks) {
  if (c.columnsAreOneRun()) {
    loops = loops.take_back(1);
    sizes = sizes.take_back(1);
  }
  auto type = cast<MemRefType>(rhs.operand.get().getType());
  for (unsigned i = 0; i < rhs.flat.strides.size(); ++i)
    if (int64_t factor = c.coefficient(rhs.operand, i, loops.back()))
      apart = hasUnitStride(type, i) ? factor : 0;
  runs = memref::AllocaOp::create(
      b, MemRefType::get({kTileColumns, kRunFields}, b.getIndexType()));
}

void PanelWriter::write(Value start, Value first, Value end,
                        const ColumnLayout &layout, Value firstSum,
                        Value endSum, Value depth) {
  this->firstSum = firstSum;
  this->endSum = endSum;
  Value firstAlone = arith::SubIOp::create(b, end, layout.alone);
  if (c.areBytes())
    clearLastQuads(layout.panels, depth);
  copyRuns(writeRuns(start, first, firstAlone, depth));
  if (c.areBytes())
    interleaveQuads(layout.panels, depth);
  copyColumns(start, firstAlone, end,
              k.mul(k.mul(layout.panels, k.index(kPanel)), depth), depth);
}

/// Finds the runs of columns that go to panels; gives their number.
Value PanelWriter::writeRuns(Value start, Value first, Value end, Value depth) {
  Type index = b.getIndexType();
  auto state = scf::WhileOp::create(
      b, TypeRange{index, index}, ValueRange{first, k.index(0)},
      [&](OpBuilder &inside, Location loc, ValueRange at) {
        Value more = arith::CmpIOp::create(
            inside, loc, arith::CmpIPredicate::ult, at[0], end);
        scf::ConditionOp::create(inside, loc, more, at);
      },
      [&](OpBuilder &inside, Location, ValueRange at) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(inside.saveInsertionPoint());
        SmallVector<Value> ivs = k.places(at[0], sizes);
        Value sixteen = k.index(kPanel);
        Value column = arith::SubIOp::create(b, at[0], first);
        Value panel = arith::DivUIOp::create(b, column, sixteen),
              lane = arith::RemUIOp::create(b, column, sixteen);
        Value count =
            arith::MinUIOp::create(b, arith::SubIOp::create(b, sixteen, lane),
                                   arith::SubIOp::create(b, end, at[0]));
        if (sizes.size() > 1)
          count = arith::MinUIOp::create(
              b, count, arith::SubIOp::create(b, sizes.back(), ivs.back()));
        Value fields[kRunFields] = {
            rhs.move(start, loops, ivs),
            k.add(k.mul(panel, k.mul(depth, sixteen)), lane), count};
        for (auto [i, field] : llvm::enumerate(fields))
          memref::StoreOp::create(b, field, runs,
                                  ValueRange{at[1], k.index(i)});
        scf::YieldOp::create(
            b, ValueRange{k.add(at[0], count), k.add(at[1], k.index(1))});
      });
  b.setInsertionPointAfter(state);
  return state.getResult(1);
}

/// The loops [i, last) of the sums: `from` moves in the rhs, `number` counts.
void PanelWriter::nest(unsigned i, unsigned last, Value from, Value number,
                       llvm::function_ref<void(Value, Value)> body) {
  if (i == last)
    return body(from, number);
  Value step = rhs.distance(c.sums[i]);
  Value begin = i == 0 ? firstSum : k.index(0);
  k.loop(begin, i == 0 ? endSum : sumSizes[i], 1, [&](Value iv) {
    Value count = i == 0 ? number : k.mul(number, sumSizes[i]);
    nest(i + 1, last, k.add(from, k.mul(iv, step)),
         k.add(count, arith::SubIOp::create(b, iv, begin)), body);
  });
}

/// Neighbouring runs are neighbours in memory, while sums lie far apart: all
/// runs of a sum are copied before the next. Windows along a row overlap, so
/// the last of several sums is the innermost loop.
void PanelWriter::copyRuns(Value count) {
  unsigned sums = c.sums.size(), outside = std::max(sums - 1, 1u);
  Value ahead = k.mul(rhs.distance(c.sums[0]), k.index(kSumsAhead));
  nest(0, outside, k.index(0), k.index(0), [&](Value moved, Value number) {
    k.loop(k.index(0), count, 1, [&](Value run) {
      auto field = [&](int64_t i) -> Value {
        return memref::LoadOp::create(b, runs, ValueRange{run, k.index(i)});
      };
      Value from = k.add(field(0), moved), to = field(1), lanes = field(2);
      memref::PrefetchOp::create(b, rhs.flat.buffer,
                                 ValueRange(k.add(from, ahead)),
                                 /*isWrite=*/false, /*localityHint=*/3,
                                 /*isDataCache=*/true);
      nest(outside, sums, from, number, [&](Value from, Value number) {
        copyRun(from, k.add(to, k.mul(number, k.index(kPanel))), lanes);
      });
    });
  });
}

void PanelWriter::copyRun(Value from, Value to, Value count) {
  if (apart != 1 && apart != 2) {
    Value stride = rhs.distance(loops.back());
    k.loop(k.index(0), count, 1, [&](Value lane) {
      copyElement(k.add(from, k.mul(lane, stride)), k.add(to, lane));
    });
    return;
  }
  auto vector = VectorType::get({kPanel}, c.factorType());
  // Levels without masks for small elements would take them one by one.
  if (c.areBytes() && !byteMasks) {
    Value isWhole = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, count,
                                          k.index(kPanel));
    auto branch = scf::IfOp::create(b, isWhole, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    auto read = [&](int64_t first) -> Value {
      return vector::LoadOp::create(b, vector, rhs.flat.buffer,
                                    ValueRange(k.add(from, k.index(first))));
    };
    // Nothing behind the last element is read.
    SmallVector<int64_t> chosen;
    for (int64_t i = 0; i < kPanel; ++i)
      chosen.push_back(apart * i + (apart * i < kPanel ? 0 : 1));
    Value values =
        vector::ShuffleOp::create(b, read(0), read(kPanel - 1), chosen);
    vector::StoreOp::create(b, values, panels, ValueRange(to));
    b.setInsertionPointToStart(&branch.getElseRegion().front());
    k.loop(k.index(0), count, 1, [&](Value lane) {
      copyElement(k.add(from, k.mul(lane, k.index(apart))), k.add(to, lane));
    });
    return;
  }
  Value nothing = arith::ConstantOp::create(b, vector, b.getZeroAttr(vector));
  auto maskOf = [&](Value count) -> Value {
    return vector::CreateMaskOp::create(
        b, VectorType::get({kPanel}, b.getI1Type()), ValueRange(count));
  };
  auto read = [&](Value place, Value count) -> Value {
    return vector::MaskedLoadOp::create(
        b, vector, rhs.flat.buffer, ValueRange(place), maskOf(count), nothing);
  };
  Value values;
  if (apart == 1) {
    values = read(from, count);
  } else {
    // Every second of two vectors' elements, none behind the last column.
    Value sixteen = k.index(kPanel);
    Value spread =
        arith::SubIOp::create(b, k.mul(count, k.index(2)), k.index(1));
    Value low = arith::MinUIOp::create(b, spread, sixteen);
    Value high = arith::SubIOp::create(
        b, arith::MaxUIOp::create(b, spread, sixteen), sixteen);
    values = evenElements(b, read(from, low), read(k.add(from, sixteen), high));
  }
  vector::MaskedStoreOp::create(b, panels, ValueRange(to), maskOf(count),
                                values);
}

/// Columns that are stored alone.
void PanelWriter::copyColumns(Value start, Value first, Value end, Value to,
                              Value depth) {
  k.loop(first, end, 1, [&](Value column) {
    Value from = rhs.move(start, loops, k.places(column, sizes));
    Value target =
        k.add(to, k.mul(arith::SubIOp::create(b, column, first), depth));
    nest(0, c.sums.size(), from, k.index(0), [&](Value from, Value number) {
      copyElement(from, k.add(target, number));
    });
  });
}

void PanelWriter::copyElement(Value from, Value to) {
  Value value = memref::LoadOp::create(b, rhs.flat.buffer, ValueRange(from));
  memref::StoreOp::create(b, value, panels, ValueRange(to));
}

/// Four rows of a panel of bytes are 64 bytes.
constexpr int64_t kQuadBytes = 4 * kPanel;

/// The last four sums of `count` panels may be fewer, with zeros behind.
void PanelWriter::clearLastQuads(Value count, Value depth) {
  auto bytes = VectorType::get({kQuadBytes}, b.getI8Type());
  Value zeros = arith::ConstantOp::create(b, bytes, b.getZeroAttr(bytes));
  Value stride = k.mul(depth, k.index(kPanel));
  k.loop(k.index(1), k.add(count, k.index(1)), 1, [&](Value panel) {
    Value last =
        arith::SubIOp::create(b, k.mul(panel, stride), k.index(kQuadBytes));
    vector::StoreOp::create(b, zeros, panels, ValueRange(last));
  });
}

/// [sum][16] becomes [sum / 4][16][4], in place.
void PanelWriter::interleaveQuads(Value count, Value depth) {
  auto bytes = VectorType::get({kQuadBytes}, b.getI8Type());
  SmallVector<int64_t> order;
  for (int64_t lane = 0; lane < kPanel; ++lane)
    for (int64_t sum = 0; sum < 4; ++sum)
      order.push_back(sum * kPanel + lane);
  Value end = k.mul(count, k.mul(depth, k.index(kPanel)));
  k.loop(k.index(0), end, kQuadBytes, [&](Value at) {
    Value rows = vector::LoadOp::create(b, bytes, panels, ValueRange(at));
    Value quads = vector::ShuffleOp::create(b, rows, rows, order);
    vector::StoreOp::create(b, quads, panels, ValueRange(at));
  });
}
