//===- TileKVAppend.cpp - Appending to KV pages as phases of rows ---------===//
//
// Keys are written down a column of their page and values along a row, as
// attention reads them: 16 tokens of one key column, 16 columns of one value.
//
//===----------------------------------------------------------------------===//

#include "passes/tile/Passes.h"
#include "passes/tile/PhaseBuilder.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_TILEKVAPPEND
#include "passes/tile/Passes.h.inc"
} // namespace llm

using namespace llm;

/// Rounds the numbers of one token and head to 8 bits with a scale of their
/// own.
static void
writeIntegers(TileCode &c, int64_t width,
              llvm::function_ref<Value(Value)> number, Value scales,
              Value place,
              llvm::function_ref<void(Value number, Value i)> store) {
  Value most = c.loop(c.index(0), c.index(width), 1, c.number(0.0),
                      [&](Value i, ValueRange carried) {
                        Value x = math::AbsFOp::create(c, number(i));
                        return SmallVector<Value>{
                            arith::MaxNumFOp::create(c, carried[0], x)};
                      })[0];
  Value isZero =
      arith::CmpFOp::create(c, arith::CmpFPredicate::OEQ, most, c.number(0.0));
  Value inverse = arith::SelectOp::create(c, isZero, c.number(0.0),
                                          c.divf(c.number(127.0), most));
  c.storeNumber(c.mulf(most, c.number(1.0 / 127.0)), scales, {place});
  c.loop(c.index(0), c.index(width), 1, [&](Value i) {
    Value rounded = math::RoundEvenOp::create(c, c.mulf(number(i), inverse));
    store(arith::FPToSIOp::create(c, c.getI8Type(), rounded), i);
  });
}

static void tileAppend(KVAppendOp op, int64_t block) {
  StateType state = op.getState().getType();
  int64_t heads = state.getHeads(), width = state.getHeadDim();
  PhaseBuilder t(op, "kv_append");
  t.tiles({t.symbol(0).ceilDiv(block)});
  auto key = t.rows(op.getKey(), t.tile(0) * block, block);
  auto value = t.rows(op.getValue(), t.tile(0) * block, block);
  auto pages = t.gathered(op.getState());
  auto slots = t.gathered(stepArgument(op, "slots"));
  auto ids = t.gathered(stepArgument(op, "sequence_ids"));
  auto table = t.gathered(stepArgument(
      op, "state_table." + std::to_string(groupNumber(op.getState()))));
  t.build([&](TileCode &c, PhaseOp p) {
    Value first = c.mul(p.getTileIndex(0), block);
    Value slotOf = p.getInputBuffer(slots.number);
    Value end = c.minimum(c.add(first, block), c.rowsOf(slotOf));
    c.loop(first, end, 1, [&](Value row) {
      Value slot = c.loadIndex(slotOf, {row});
      Value sequence = c.loadIndex(p.getInputBuffer(ids.number), {row});
      Value page = c.loadIndex(p.getInputBuffer(table.number),
                               {sequence, c.div(slot, state.getPage())});
      Value place = c.rem(slot, state.getPage());
      Value states = p.getInputBuffer(pages.number);
      c.loop(c.index(0), c.index(heads), 1, [&](Value head) {
        int64_t padded = paddedColumns(width);
        Value keys = KeysOp::create(
            c,
            MemRefType::get({padded, state.getPage()}, state.getElementType()),
            states, page, head);
        Value values = ValuesOp::create(
            c,
            MemRefType::get({state.getPage(), padded}, state.getElementType()),
            states, page, head);
        Value from = c.mul(head, width);
        auto keyAt = [&](Value i) {
          return c.loadNumber(p.getInputBuffer(key.number),
                              {row, c.add(c.add(from, i), key.column)});
        };
        auto valueAt = [&](Value i) {
          return c.loadNumber(p.getInputBuffer(value.number),
                              {row, c.add(c.add(from, i), value.column)});
        };
        if (state.getElementType().isInteger(8)) {
          auto scales = [&](StringRef which) {
            return ScalesOp::create(
                c, MemRefType::get({state.getPage()}, c.getF32Type()), which,
                states, page, head);
          };
          writeIntegers(c, width, keyAt, scales("keys"), place,
                        [&](Value number, Value i) {
                          memref::StoreOp::create(c, number, keys,
                                                  ValueRange{i, place});
                        });
          writeIntegers(c, width, valueAt, scales("values"), place,
                        [&](Value number, Value i) {
                          memref::StoreOp::create(c, number, values,
                                                  ValueRange{place, i});
                        });
          return;
        }
        c.loop(c.index(0), c.index(width), 1,
               [&](Value i) { c.storeNumber(keyAt(i), keys, {i, place}); });
        for (int64_t i = 0; i < width; i += TileCode::kLanes) {
          Value v = c.load(p.getInputBuffer(value.number),
                           {row, c.add(from, i + value.column)});
          c.store(v, values, {place, c.index(i)});
        }
      });
    });
  });
}

namespace {

struct TileKVAppend : llm::impl::TileKVAppendBase<TileKVAppend> {
  using TileKVAppendBase::TileKVAppendBase;

  void runOnOperation() override {
    getOperation()->walk([&](StepOp step) {
      int64_t block = std::min<int64_t>(blockRows, step.getRows()[1]);
      step.walk([&](KVAppendOp op) { tileAppend(op, block); });
    });
  }
};

} // namespace
