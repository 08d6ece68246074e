//===- TileFlashAttention.cpp - Attention by pages, softmax as it goes ----===//
//
// FlashAttention's recurrence (Dao et al. 2022) over the pages of a sequence:
// for each page, scores of a few queries, the running maximum m and sum l, and
// the weighted values, rescaled whenever m grows. Keys lie in a page as
// [head_dim][page] and values as [page][head_dim], so both products are a
// number times a vector of 16, and nothing is ever summed across lanes but the
// softmax. A tile is a block of rows of one key head: the query heads that
// share it are computed together and read each page once.
//
//===----------------------------------------------------------------------===//

#include "passes/tile/Passes.h"
#include "passes/tile/PhaseBuilder.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_TILEFLASHATTENTION
#include "passes/tile/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// Below any score, but finite: the difference of two maxima stays a number
/// while no key has been seen.
constexpr double kNothingSeen = -1.0e30;

class AttentionTile {
public:
  AttentionTile(PagedAttentionOp op, int64_t blockRows, int64_t queries)
      : op(op), state(op.getState().getType()), block(blockRows),
        queries(queries), width(state.getHeadDim()),
        padded(paddedColumns(width)), page(state.getPage()),
        phase(op, "attention") {}

  void build() {
    int64_t sharing = op.getHeads() / state.getHeads();
    splits = llvm::divideCeil(sharing, queries);
    AffineExpr firstRow = phase.tile(1) * block;
    phase.tiles({phase.constant(state.getHeads() * splits),
                 phase.symbol(0).ceilDiv(block)});
    query = phase.rows(op.getQuery(), firstRow, block);
    pages = phase.gathered(op.getState());
    slots = phase.gathered(stepArgument(op, "slots"));
    ids = phase.gathered(stepArgument(op, "sequence_ids"));
    starts = phase.gathered(stepArgument(op, "sequence_starts"));
    table = phase.gathered(stepArgument(
        op, "state_table." + std::to_string(groupNumber(op.getState()))));
    phase.result(op.getType(), firstRow, block, phase.constant(0), -1);
    Type f32 = Float32Type::get(op.getContext());
    int64_t held = block * queries;
    scores = phase.scratch({held, page}, f32);
    values = phase.scratch({held, padded}, f32);
    running = phase.scratch({held, 2}, f32);
    phase.build([&](TileCode &code, PhaseOp p) {
      c = &code;
      this->p = p;
      writeTile();
    });
  }

private:
  /// Walks the sequences that the tile's rows belong to.
  void writeTile() {
    Value first = c->mul(p.getTileIndex(1), block);
    Value rowCount = c->rowsOf(p.getInputBuffer(slots.number));
    Value end = c->minimum(c->add(first, block), rowCount);
    if (block == 1)
      return writeRows(first, end);
    // A block may hold the end of one sequence and the beginning of the next.
    scf::WhileOp::create(
        *c, TypeRange(c->getIndexType()), ValueRange(first),
        [&](OpBuilder &b, Location loc, ValueRange row) {
          OpBuilder::InsertionGuard guard(*c);
          c->restoreInsertionPoint(b.saveInsertionPoint());
          scf::ConditionOp::create(*c, c->less(row[0], end), row);
        },
        [&](OpBuilder &b, Location loc, ValueRange row) {
          OpBuilder::InsertionGuard guard(*c);
          c->restoreInsertionPoint(b.saveInsertionPoint());
          Value id = c->loadIndex(p.getInputBuffer(ids.number), {row[0]});
          Value next = c->loadIndex(p.getInputBuffer(starts.number),
                                    {c->add(id, 1)});
          // Never zero rows, whatever the table says.
          Value stop = c->minimum(
              end, c->maximum(next, c->add(row[0], 1)));
          writeRows(row[0], stop);
          scf::YieldOp::create(*c, ValueRange(stop));
        });
  }

  /// Attention of rows [first, end), all of one sequence.
  void writeRows(Value first, Value end) {
    Value tile = p.getTileIndex(0);
    Value kvHead = c->div(tile, splits);
    int64_t sharing = op.getHeads() / state.getHeads();
    // Query heads [firstHead, firstHead + queries); the last group is moved
    // back to end with the last head, computing some twice, equally.
    Value within = c->minimum(c->mul(c->rem(tile, splits), queries),
                              c->index(sharing - queries));
    Value firstHead = c->add(c->mul(kvHead, sharing), within);
    Value slotOf = p.getInputBuffer(slots.number);
    Value firstSlot = c->loadIndex(slotOf, {first});
    Value lastRow = c->add(end, -1);
    Value lastSlot = c->loadIndex(slotOf, {lastRow});
    Value sequence = c->loadIndex(p.getInputBuffer(ids.number), {first});

    int64_t held = block * queries;
    Value acc = p.getScratchBuffer(values), run = p.getScratchBuffer(running);
    c->loop(c->index(0), c->index(held), 1, [&](Value r) {
      c->storeNumber(c->number(kNothingSeen), run, {r, c->index(0)});
      c->storeNumber(c->number(0.0), run, {r, c->index(1)});
      c->loop(c->index(0), c->index(padded), TileCode::kLanes, [&](Value i) {
        c->store(c->splat(0.0), acc, {r, i});
      });
    });

    Value firstPage = c->index(0);
    if (state.getWindow())
      firstPage = c->div(
          c->maximum(c->add(firstSlot, 1 - state.getWindow()), c->index(0)),
          page);
    Value endPage = c->add(c->div(lastSlot, page), 1);
    c->loop(firstPage, endPage, 1, [&](Value number) {
      Value id = c->loadIndex(p.getInputBuffer(table.number),
                              {sequence, number});
      Value states = p.getInputBuffer(pages.number);
      Value keys = KeysOp::create(
          *c, MemRefType::get({padded, page}, state.getElementType()), states,
          id, kvHead);
      Value vals = ValuesOp::create(
          *c, MemRefType::get({page, padded}, state.getElementType()), states,
          id, kvHead);
      Value keyScales, valueScales;
      if (state.getElementType().isInteger(8)) {
        auto type = MemRefType::get({page}, c->getF32Type());
        keyScales = ScalesOp::create(*c, type, "keys", states, id, kvHead);
        valueScales = ScalesOp::create(*c, type, "values", states, id, kvHead);
      }
      writeScores(keys, first, firstHead);
      writeSoftmax(first, lastRow, number, keyScales, valueScales);
      writeValues(vals);
    });
    writeResult(first, end, firstHead);
  }

  /// scores[r, t] = query r . key t
  void writeScores(Value keys, Value first, Value firstHead) {
    int64_t held = block * queries;
    // As many vectors of tokens at once as registers hold.
    int64_t vectors = std::max<int64_t>(
        1, std::min<int64_t>(page / TileCode::kLanes, 24 / held));
    while (page / TileCode::kLanes % vectors)
      --vectors;
    Value q = p.getInputBuffer(query.number);
    int64_t step = vectors * TileCode::kLanes;
    c->loop(c->index(0), c->index(page), step, [&](Value token) {
      SmallVector<Value> zeros(held * vectors, c->splat(0.0));
      SmallVector<Value> sums = c->loop(
          c->index(0), c->index(width), 1, zeros,
          [&](Value i, ValueRange sum) {
            SmallVector<Value> key, next;
            for (int64_t v = 0; v < vectors; ++v)
              key.push_back(
                  c->load(keys, {i, c->add(token, v * TileCode::kLanes)}));
            for (int64_t r = 0; r < held; ++r) {
              Value column = c->add(
                  c->add(c->mul(c->add(firstHead, r % queries), width), i),
                  query.column);
              Value x = c->splat(
                  c->loadNumber(q, {c->add(first, r / queries), column}));
              for (int64_t v = 0; v < vectors; ++v)
                next.push_back(c->fma(x, key[v], sum[r * vectors + v]));
            }
            return next;
          });
      for (int64_t r = 0; r < held; ++r)
        for (int64_t v = 0; v < vectors; ++v)
          c->store(sums[r * vectors + v], p.getScratchBuffer(scores),
                   {c->index(r), c->add(token, v * TileCode::kLanes)});
    });
  }

  /// Turns a page's scores into weights, and scales what was there before.
  /// Scales of tokens, where there are any, go into the scores and the weights.
  void writeSoftmax(Value first, Value lastRow, Value number, Value keyScales,
                    Value valueScales) {
    Value score = p.getScratchBuffer(scores);
    Value run = p.getScratchBuffer(running), acc = p.getScratchBuffer(values);
    Type i32 = c->getI32Type();
    auto ints = VectorType::get(TileCode::kLanes, i32);
    SmallVector<int32_t> lanes;
    for (int32_t i = 0; i < TileCode::kLanes; ++i)
      lanes.push_back(i);
    Value iota =
        arith::ConstantOp::create(*c, DenseElementsAttr::get(ints, ArrayRef(lanes)));
    Value minusInfinity =
        c->splat(-std::numeric_limits<float>::infinity());
    auto broadcast = [&](Value index) -> Value {
      return vector::BroadcastOp::create(
          *c, ints, arith::IndexCastOp::create(*c, i32, index));
    };
    auto compare = [&](arith::CmpIPredicate how, Value a, Value b) -> Value {
      return arith::CmpIOp::create(*c, how, a, b);
    };
    c->loop(c->index(0), c->index(block * queries), 1, [&](Value r) {
      Value row = c->minimum(c->add(first, c->div(r, queries)), lastRow);
      Value slot = c->loadIndex(p.getInputBuffer(slots.number), {row});
      Value last = broadcast(slot);
      Value oldest = broadcast(c->add(slot, -state.getWindow()));
      Value base = c->mul(number, page);
      Value best = minusInfinity;
      SmallVector<Value> kept;
      for (int64_t t = 0; t < page; t += TileCode::kLanes) {
        Value token = arith::AddIOp::create(*c, broadcast(c->add(base, t)),
                                            iota);
        Value seen = compare(arith::CmpIPredicate::sle, token, last);
        if (state.getWindow())
          seen = arith::AndIOp::create(
              *c, seen, compare(arith::CmpIPredicate::sgt, token, oldest));
        Value s = c->mulf(c->load(score, {r, c->index(t)}),
                          c->splat(op.getScale().convertToDouble()));
        if (keyScales)
          s = c->mulf(s, c->load(keyScales, {c->index(t)}));
        s = arith::SelectOp::create(*c, seen, s, minusInfinity);
        kept.push_back(s);
        best = arith::MaximumFOp::create(*c, best, s);
      }
      Value before = c->loadNumber(run, {r, c->index(0)});
      Value top = vector::ReductionOp::create(
          *c, vector::CombiningKind::MAXIMUMF, best, before);
      Value tops = c->splat(top), sum = c->splat(0.0);
      for (auto [i, s] : llvm::enumerate(kept)) {
        Value weight = c->exp(c->subf(s, tops));
        sum = c->addf(sum, weight);
        Value at = c->index(static_cast<int64_t>(i) * TileCode::kLanes);
        if (valueScales)
          weight = c->mulf(weight, c->load(valueScales, {at}));
        c->store(weight, score, {r, at});
      }
      Value factors = c->exp(c->splat(c->subf(before, top)));
      Value factor = vector::ExtractOp::create(*c, factors, 0);
      Value total = vector::ReductionOp::create(
          *c, vector::CombiningKind::ADD, sum);
      total = c->fma(c->loadNumber(run, {r, c->index(1)}), factor, total);
      c->storeNumber(top, run, {r, c->index(0)});
      c->storeNumber(total, run, {r, c->index(1)});
      c->loop(c->index(0), c->index(padded), TileCode::kLanes, [&](Value i) {
        c->store(c->mulf(c->load(acc, {r, i}), factors), acc, {r, i});
      });
    });
  }

  /// values[r, :] += sum_t weight[r, t] * value[t, :]
  void writeValues(Value vals) {
    int64_t held = block * queries;
    int64_t vectors = std::max<int64_t>(
        1, std::min<int64_t>(padded / TileCode::kLanes, 24 / held));
    while (padded / TileCode::kLanes % vectors)
      --vectors;
    Value acc = p.getScratchBuffer(values);
    c->loop(c->index(0), c->index(padded), vectors * TileCode::kLanes,
            [&](Value column) {
      SmallVector<Value> init;
      for (int64_t r = 0; r < held; ++r)
        for (int64_t v = 0; v < vectors; ++v)
          init.push_back(c->load(
              acc, {c->index(r), c->add(column, v * TileCode::kLanes)}));
      SmallVector<Value> sums = c->loop(
          c->index(0), c->index(page), 1, init, [&](Value t, ValueRange sum) {
            SmallVector<Value> value, next;
            for (int64_t v = 0; v < vectors; ++v)
              value.push_back(
                  c->load(vals, {t, c->add(column, v * TileCode::kLanes)}));
            for (int64_t r = 0; r < held; ++r) {
              Value weight = c->splat(
                  c->loadNumber(p.getScratchBuffer(scores), {c->index(r), t}));
              for (int64_t v = 0; v < vectors; ++v)
                next.push_back(
                    c->fma(weight, value[v], sum[r * vectors + v]));
            }
            return next;
          });
      for (int64_t r = 0; r < held; ++r)
        for (int64_t v = 0; v < vectors; ++v)
          c->store(sums[r * vectors + v], acc,
                   {c->index(r), c->add(column, v * TileCode::kLanes)});
    });
  }

  void writeResult(Value first, Value end, Value firstHead) {
    Value acc = p.getScratchBuffer(values), run = p.getScratchBuffer(running);
    c->loop(c->index(0), c->index(block * queries), 1, [&](Value r) {
      Value row = c->add(first, c->div(r, queries));
      c->ifTrue(c->less(row, end), [&] {
        Value head = c->add(firstHead, c->rem(r, queries));
        Value inverse = c->splat(c->divf(
            c->number(1.0), c->loadNumber(run, {r, c->index(1)})));
        for (int64_t i = 0; i < width; i += TileCode::kLanes)
          c->storeFirst(c->mulf(c->load(acc, {r, c->index(i)}), inverse),
                        width - i, p.getResultBuffer(0),
                        {row, c->add(c->mul(head, width), i)});
      });
    });
  }

  PagedAttentionOp op;
  StateType state;
  int64_t block;   ///< rows of a tile
  int64_t queries; ///< query heads computed together
  int64_t width, padded, page, splits = 1;
  PhaseBuilder phase;
  PhaseBuilder::Input query, pages, slots, ids, starts, table;
  unsigned scores, values, running;
  TileCode *c = nullptr;
  PhaseOp p;
};

struct TileFlashAttention
    : llm::impl::TileFlashAttentionBase<TileFlashAttention> {
  using TileFlashAttentionBase::TileFlashAttentionBase;

  void runOnOperation() override {
    getOperation()->walk([&](StepOp step) {
      step.walk([&](PagedAttentionOp op) {
        int64_t sharing = op.getHeads() / op.getState().getType().getHeads();
        int64_t queries = std::min<int64_t>(sharing, registerRows);
        int64_t block = std::max<int64_t>(
            1, std::min<int64_t>(registerRows / queries, step.getRows()[1]));
        AttentionTile(op, block, queries).build();
      });
    });
  }
};

} // namespace
