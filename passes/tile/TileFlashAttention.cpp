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
// Spans of pages are summed up by themselves and then added in ascending order,
// in every step. Where a step has few rows, each span is a tile of its own
// (Flash-Decoding, Dao et al. 2023), so that all threads share one context.
//
//===----------------------------------------------------------------------===//

#include "passes/tile/Passes.h"
#include "passes/tile/PhaseBuilder.h"
#include "runtime/lib/ObjectFormat.h"

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

constexpr int64_t kMostSpans = 64;

/// How attention is cut into tiles.
struct AttentionShape {
  int64_t rows;      ///< of a tile, at most
  int64_t queries;   ///< query heads computed together
  int64_t spanPages; ///< pages that are summed up by themselves
  int64_t spans;     ///< of the longest context
  bool tilePerSpan;  ///< a tile is one span, else it walks all of them
};

class AttentionTile {
public:
  AttentionTile(PagedAttentionOp op, AttentionShape shape)
      : op(op), state(op.getState().getType()), shape(shape),
        sharing(op.getHeads() / state.getHeads()),
        parts(llvm::divideCeil(sharing, shape.queries)),
        width(state.getHeadDim()), padded(paddedColumns(width)),
        page(state.getPage()) {}

  void build() {
    if (!shape.tilePerSpan)
      return buildWhole();
    auto partials = RankedTensorType::get(
        {ShapedType::kDynamic,
         static_cast<int64_t>(op.getHeads()) * shape.spans * partialColumns()},
        Float32Type::get(op.getContext()));
    Value found = buildSpans(partials);
    buildCombination(found);
  }

private:
  /// Columns of a span's values, its maximum and its sum.
  int64_t partialColumns() const { return padded + TileCode::kLanes; }

  void addOperands(PhaseBuilder &phase) {
    AffineExpr firstRow = phase.tile(1) * shape.rows;
    query = phase.rows(op.getQuery(), firstRow, shape.rows);
    pages = phase.gathered(op.getState());
    slots = phase.gathered(stepArgument(op, "slots"));
    ids = phase.gathered(stepArgument(op, "sequence_ids"));
    starts = phase.gathered(stepArgument(op, "sequence_starts"));
    table = phase.gathered(stepArgument(
        op, "state_table." + std::to_string(groupNumber(op.getState()))));
    Type f32 = Float32Type::get(op.getContext());
    int64_t held = shape.rows * shape.queries;
    scores = phase.scratch({held, page}, f32);
    values = phase.scratch({held, padded}, f32);
    running = phase.scratch({held, 2}, f32);
  }

  void addSinks(PhaseBuilder &phase) {
    if (op.getSinks())
      sinks = phase.weight(op.getSinks());
  }

  /// Maximum and sum of a query of this head before it sees any key.
  std::pair<Value, Value> start(Value head) {
    if (!op.getSinks())
      return {c->number(kNothingSeen), c->number(0.0)};
    return {c->loadNumber(p.getInputBuffer(sinks.number), {head}),
            c->number(1.0)};
  }

  void buildWhole() {
    PhaseBuilder phase(op, "attention");
    AffineExpr firstRow = phase.tile(1) * shape.rows;
    phase.tiles({phase.constant(state.getHeads() * parts),
                 phase.symbol(0).ceilDiv(shape.rows)});
    addOperands(phase);
    addSinks(phase);
    phase.result(op.getType(), firstRow, shape.rows, phase.constant(0), -1);
    Type f32 = Float32Type::get(op.getContext());
    int64_t held = shape.rows * shape.queries;
    totalValues = phase.scratch({held, padded}, f32);
    totalRunning = phase.scratch({held, 2}, f32);
    phase.build([&](TileCode &code, PhaseOp p) {
      c = &code;
      this->p = p;
      walkSequences();
    });
  }

  Value buildSpans(Type partials) {
    PhaseBuilder phase(op, "attention_spans");
    phase.tiles(
        {phase.constant(state.getHeads() * parts), phase.symbol(0),
         phase.symbol(static_cast<unsigned>(llmrt::DimSymbol::MaxContext))
             .ceilDiv(shape.spanPages * page)});
    addOperands(phase);
    phase.result(partials, phase.tile(1), 1, phase.constant(0), -1);
    return phase
        .insert([&](TileCode &code, PhaseOp p) {
          c = &code;
          this->p = p;
          writeSpanTile();
        })
        .getResult(0);
  }

  void buildCombination(Value found) {
    PhaseBuilder phase(op, "attention");
    phase.tiles({phase.constant(op.getHeads()), phase.symbol(0)});
    auto partials = phase.rows(found, phase.tile(1), 1);
    slots = phase.gathered(stepArgument(op, "slots"));
    addSinks(phase);
    phase.result(op.getType(), phase.tile(1), 1, phase.tile(0) * width, width);
    phase.build([&](TileCode &code, PhaseOp p) {
      c = &code;
      this->p = p;
      writeCombination(p.getInputBuffer(partials.number));
    });
  }

  /// Walks the sequences that the tile's rows belong to.
  void walkSequences() {
    Value first = c->mul(p.getTileIndex(1), shape.rows);
    Value rowCount = c->rowsOf(p.getInputBuffer(slots.number));
    Value end = c->minimum(c->add(first, shape.rows), rowCount);
    if (shape.rows == 1)
      return writeRows(first, end, 1);
    // A tile may hold the end of one sequence and the beginning of the next.
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
          Value next =
              c->loadIndex(p.getInputBuffer(starts.number), {c->add(id, 1)});
          // Never zero rows, whatever the table says.
          Value stop = c->minimum(end, c->maximum(next, c->add(row[0], 1)));
          // Sequences that are being decoded have one row each.
          Value single = c->less(stop, c->add(row[0], 2));
          c->ifElse(
              single, [&] { writeRows(row[0], stop, 1); },
              [&] { writeRows(row[0], stop, shape.rows); });
          scf::YieldOp::create(*c, ValueRange(stop));
        });
  }

  Value firstHeadOf(Value tile) {
    // The last group of query heads is moved back to end with the last head,
    // computing some twice, equally.
    Value within = c->minimum(c->mul(c->rem(tile, parts), shape.queries),
                              c->index(sharing - shape.queries));
    return c->add(c->mul(c->div(tile, parts), sharing), within);
  }

  /// First page that a row at `slot` sees.
  Value firstPageOf(Value slot) {
    if (!state.getWindow())
      return c->index(0);
    return c->div(c->maximum(c->add(slot, 1 - state.getWindow()), c->index(0)),
                  page);
  }

  /// Attention of rows [first, end), all of one sequence; `rows` at most.
  void writeRows(Value first, Value end, int64_t rows) {
    Value slotOf = p.getInputBuffer(slots.number);
    Value lastRow = c->add(end, -1);
    Value firstPage = firstPageOf(c->loadIndex(slotOf, {first}));
    Value endPage = c->add(c->div(c->loadIndex(slotOf, {lastRow}), page), 1);
    Value total = p.getScratchBuffer(totalValues);
    Value totalRun = p.getScratchBuffer(totalRunning);
    Value firstHead = firstHeadOf(p.getTileIndex(0));
    forget(total, totalRun, rows * shape.queries, [&](Value r) {
      return start(c->add(firstHead, c->rem(r, shape.queries)));
    });
    c->loop(c->div(firstPage, shape.spanPages),
            c->add(c->div(c->add(endPage, -1), shape.spanPages), 1), 1,
            [&](Value span) {
              Value from = c->mul(span, shape.spanPages);
              writeSpan(first, lastRow, c->maximum(from, firstPage),
                        c->minimum(c->add(from, shape.spanPages), endPage),
                        rows);
              c->loop(c->index(0), c->index(rows * shape.queries), 1,
                      [&](Value r) { addSpan(total, totalRun, r); });
            });
    writeResult(first, end, rows);
  }

  /// A tile of one row and one span: values, maximum and sum.
  void writeSpanTile() {
    Value row = p.getTileIndex(1);
    Value slot = c->loadIndex(p.getInputBuffer(slots.number), {row});
    Value span = p.getTileIndex(2);
    Value from = c->mul(span, shape.spanPages);
    Value firstPage = firstPageOf(slot);
    Value endPage = c->add(c->div(slot, page), 1);
    Value last = c->minimum(c->add(from, shape.spanPages), endPage);
    from = c->maximum(from, firstPage);
    c->ifTrue(c->less(from, last), [&] {
      writeSpan(row, row, from, last, 1);
      Value firstHead = firstHeadOf(p.getTileIndex(0));
      Value run = p.getScratchBuffer(running);
      Value out = p.getResultBuffer(0);
      for (int64_t q = 0; q < shape.queries; ++q) {
        Value column = partialColumn(c->add(firstHead, q), span);
        for (int64_t i = 0; i < padded; i += TileCode::kLanes)
          c->store(
              c->load(p.getScratchBuffer(values), {c->index(q), c->index(i)}),
              out, {row, c->add(column, i)});
        for (int64_t i : {0, 1})
          c->storeNumber(c->loadNumber(run, {c->index(q), c->index(i)}), out,
                         {row, c->add(column, padded + i)});
      }
    });
  }

  Value partialColumn(Value head, Value span) {
    return c->mul(c->add(c->mul(head, shape.spans), span), partialColumns());
  }

  /// Adds up the spans of one row and one query head.
  void writeCombination(Value partials) {
    Value head = p.getTileIndex(0), row = p.getTileIndex(1);
    Value slot = c->loadIndex(p.getInputBuffer(slots.number), {row});
    int64_t span = shape.spanPages * page;
    Value from = c->div(c->mul(firstPageOf(slot), page), span);
    auto [maximum, sum] = start(head);
    SmallVector<Value> nothing{maximum, sum};
    nothing.append(padded / TileCode::kLanes, c->splat(0.0));
    SmallVector<Value> total =
        c->loop(from, c->add(c->div(slot, span), 1), 1, nothing,
                [&](Value number, ValueRange before) {
                  Value column = partialColumn(head, number);
                  SmallVector<Value> part;
                  for (int64_t i : {0, 1})
                    part.push_back(c->loadNumber(
                        partials, {row, c->add(column, padded + i)}));
                  for (int64_t i = 0; i < padded; i += TileCode::kLanes)
                    part.push_back(c->load(partials, {row, c->add(column, i)}));
                  return combined(before, part);
                });
    Value inverse = c->splat(c->divf(c->number(1.0), total[1]));
    for (int64_t i = 0; i < width; i += TileCode::kLanes)
      c->storeFirst(c->mulf(total[2 + i / TileCode::kLanes], inverse),
                    width - i, p.getResultBuffer(0),
                    {row, c->add(c->mul(head, width), i)});
  }

  /// Maximum, sum and values of what two parts of a context hold. The same
  /// operations wherever it is done: results do not depend on the tiles.
  SmallVector<Value> combined(ValueRange a, ValueRange b) {
    Value top = c->larger(b[0], a[0]);
    Value ofA = c->exp(c->splat(c->subf(a[0], top)));
    Value ofB = c->exp(c->splat(c->subf(b[0], top)));
    auto lane = [&](Value factors) -> Value {
      return vector::ExtractOp::create(*c, factors, 0);
    };
    SmallVector<Value> sum{top,
                           c->fma(b[1], lane(ofB), c->mulf(a[1], lane(ofA)))};
    for (size_t i = 2; i < a.size(); ++i)
      sum.push_back(c->fma(b[i], ofB, c->mulf(a[i], ofA)));
    return sum;
  }

  /// Adds the span that was just computed to the total of query r.
  void addSpan(Value total, Value totalRun, Value r) {
    auto load = [&](Value acc, Value run) {
      SmallVector<Value> part{c->loadNumber(run, {r, c->index(0)}),
                              c->loadNumber(run, {r, c->index(1)})};
      for (int64_t i = 0; i < padded; i += TileCode::kLanes)
        part.push_back(c->load(acc, {r, c->index(i)}));
      return part;
    };
    SmallVector<Value> sum =
        combined(load(total, totalRun),
                 load(p.getScratchBuffer(values), p.getScratchBuffer(running)));
    for (int64_t i : {0, 1})
      c->storeNumber(sum[i], totalRun, {r, c->index(i)});
    for (int64_t i = 0; i < padded; i += TileCode::kLanes)
      c->store(sum[2 + i / TileCode::kLanes], total, {r, c->index(i)});
  }

  /// Maximum, sum and values of `held` queries that have seen no key; `start`
  /// gives the first two.
  void forget(Value acc, Value run, int64_t held,
              llvm::function_ref<std::pair<Value, Value>(Value query)> start) {
    c->loop(c->index(0), c->index(held), 1, [&](Value r) {
      auto [maximum, sum] = start(r);
      c->storeNumber(maximum, run, {r, c->index(0)});
      c->storeNumber(sum, run, {r, c->index(1)});
      c->loop(c->index(0), c->index(padded), TileCode::kLanes,
              [&](Value i) { c->store(c->splat(0.0), acc, {r, i}); });
    });
  }

  /// Pages [from, to) by themselves, for `rows` rows from `first` on.
  void writeSpan(Value first, Value lastRow, Value from, Value to,
                 int64_t rows) {
    held = rows * shape.queries;
    Value kvHead = c->div(p.getTileIndex(0), parts);
    Value firstHead = firstHeadOf(p.getTileIndex(0));
    Value sequence = c->loadIndex(p.getInputBuffer(ids.number), {first});
    forget(p.getScratchBuffer(values), p.getScratchBuffer(running), held,
           [&](Value) {
             return std::pair<Value, Value>(c->number(kNothingSeen),
                                            c->number(0.0));
           });
    c->loop(from, to, 1, [&](Value number) {
      Page here = pageAt(sequence, number, kvHead);
      // Few queries wait for memory: ask for the next page meanwhile.
      std::optional<Page> ahead;
      if (rows == 1)
        ahead = pageAt(sequence, c->minimum(c->add(number, 1), c->add(to, -1)),
                       kvHead);
      writeScores(here.keys, ahead ? ahead->keys : Value(), first, firstHead);
      writeSoftmax(first, lastRow, number, here.keyScales, here.valueScales);
      writeValues(here.values, ahead ? ahead->values : Value());
    });
  }

  /// A page's buffers of one key head. Scales are null but for i8.
  struct Page {
    Value keys, values, keyScales, valueScales;
  };
  Page pageAt(Value sequence, Value number, Value kvHead) {
    Value id = c->loadIndex(p.getInputBuffer(table.number), {sequence, number});
    Value states = p.getInputBuffer(pages.number);
    Page found;
    found.keys = KeysOp::create(
        *c, MemRefType::get({padded, page}, state.getElementType()), states, id,
        kvHead);
    found.values = ValuesOp::create(
        *c, MemRefType::get({page, padded}, state.getElementType()), states, id,
        kvHead);
    if (state.getElementType().isInteger(8)) {
      auto type = MemRefType::get({page}, c->getF32Type());
      found.keyScales = ScalesOp::create(*c, type, "keys", states, id, kvHead);
      found.valueScales =
          ScalesOp::create(*c, type, "values", states, id, kvHead);
    }
    return found;
  }

  /// Asks for `columns` numbers of a row of the next page.
  void prefetch(Value buffer, Value row, Value column, int64_t columns) {
    int64_t bytes = state.getElementType().getIntOrFloatBitWidth() / 8;
    for (int64_t i = 0; i < columns; i += std::max<int64_t>(1, 64 / bytes))
      memref::PrefetchOp::create(*c, buffer, ValueRange{row, c->add(column, i)},
                                 /*isWrite=*/false, /*localityHint=*/3,
                                 /*isDataCache=*/true);
  }

  /// scores[r, t] = query r . key t
  void writeScores(Value keys, Value ahead, Value first, Value firstHead) {
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
          c->index(0), c->index(width), 1, zeros, [&](Value i, ValueRange sum) {
            if (ahead)
              prefetch(ahead, i, token, step);
            SmallVector<Value> key, next;
            for (int64_t v = 0; v < vectors; ++v)
              key.push_back(
                  c->load(keys, {i, c->add(token, v * TileCode::kLanes)}));
            for (int64_t r = 0; r < held; ++r) {
              Value column = c->add(
                  c->add(c->mul(c->add(firstHead, r % shape.queries), width),
                         i),
                  query.column);
              Value x = c->splat(
                  c->loadNumber(q, {c->add(first, r / shape.queries), column}));
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
    Value iota = arith::ConstantOp::create(
        *c, DenseElementsAttr::get(ints, ArrayRef(lanes)));
    Value minusInfinity = c->splat(-std::numeric_limits<float>::infinity());
    auto broadcast = [&](Value index) -> Value {
      return vector::BroadcastOp::create(
          *c, ints, arith::IndexCastOp::create(*c, i32, index));
    };
    auto compare = [&](arith::CmpIPredicate how, Value a, Value b) -> Value {
      return arith::CmpIOp::create(*c, how, a, b);
    };
    c->loop(c->index(0), c->index(held), 1, [&](Value r) {
      Value row = c->minimum(c->add(first, c->div(r, shape.queries)), lastRow);
      Value slot = c->loadIndex(p.getInputBuffer(slots.number), {row});
      Value last = broadcast(slot);
      Value oldest = broadcast(c->add(slot, -state.getWindow()));
      Value base = c->mul(number, page);
      Value best = minusInfinity;
      SmallVector<Value> kept;
      for (int64_t t = 0; t < page; t += TileCode::kLanes) {
        Value token =
            arith::AddIOp::create(*c, broadcast(c->add(base, t)), iota);
        Value seen = compare(arith::CmpIPredicate::sle, token, last);
        if (state.getWindow())
          seen = arith::AndIOp::create(
              *c, seen, compare(arith::CmpIPredicate::sgt, token, oldest));
        Value s = c->mulf(c->load(score, {r, c->index(t)}),
                          c->splat(op.getScale().convertToDouble()));
        if (keyScales)
          s = c->mulf(s, c->load(keyScales, {c->index(t)}));
        if (double cap = op.getSoftCap().convertToDouble(); cap != 0)
          s = c->mulf(math::TanhOp::create(*c, c->mulf(s, c->splat(1 / cap))),
                      c->splat(cap));
        s = arith::SelectOp::create(*c, seen, s, minusInfinity);
        kept.push_back(s);
        best = c->larger(s, best);
      }
      Value before = c->loadNumber(run, {r, c->index(0)});
      // A score that is no number is not seen here, but makes the sum none.
      Value top = c->larger(
          c->reduce(best, [&](Value a, Value b) { return c->larger(a, b); }),
          before);
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
      Value total =
          c->fma(c->loadNumber(run, {r, c->index(1)}), factor, c->sumOf(sum));
      c->storeNumber(top, run, {r, c->index(0)});
      c->storeNumber(total, run, {r, c->index(1)});
      c->loop(c->index(0), c->index(padded), TileCode::kLanes, [&](Value i) {
        c->store(c->mulf(c->load(acc, {r, i}), factors), acc, {r, i});
      });
    });
  }

  /// values[r, :] += sum_t weight[r, t] * value[t, :]
  void writeValues(Value vals, Value ahead) {
    int64_t vectors = std::max<int64_t>(
        1, std::min<int64_t>(padded / TileCode::kLanes, 24 / held));
    while (padded / TileCode::kLanes % vectors)
      --vectors;
    Value acc = p.getScratchBuffer(values);
    c->loop(
        c->index(0), c->index(padded), vectors * TileCode::kLanes,
        [&](Value column) {
          SmallVector<Value> init;
          for (int64_t r = 0; r < held; ++r)
            for (int64_t v = 0; v < vectors; ++v)
              init.push_back(c->load(
                  acc, {c->index(r), c->add(column, v * TileCode::kLanes)}));
          SmallVector<Value> sums = c->loop(
              c->index(0), c->index(page), 1, init,
              [&](Value t, ValueRange sum) {
                if (ahead)
                  prefetch(ahead, t, column, vectors * TileCode::kLanes);
                SmallVector<Value> value, next;
                for (int64_t v = 0; v < vectors; ++v)
                  value.push_back(
                      c->load(vals, {t, c->add(column, v * TileCode::kLanes)}));
                for (int64_t r = 0; r < held; ++r) {
                  Value weight = c->splat(c->loadNumber(
                      p.getScratchBuffer(scores), {c->index(r), t}));
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

  void writeResult(Value first, Value end, int64_t rows) {
    Value acc = p.getScratchBuffer(totalValues);
    Value run = p.getScratchBuffer(totalRunning);
    Value firstHead = firstHeadOf(p.getTileIndex(0));
    c->loop(c->index(0), c->index(rows * shape.queries), 1, [&](Value r) {
      Value row = c->add(first, c->div(r, shape.queries));
      c->ifTrue(c->less(row, end), [&] {
        Value head = c->add(firstHead, c->rem(r, shape.queries));
        Value inverse = c->splat(
            c->divf(c->number(1.0), c->loadNumber(run, {r, c->index(1)})));
        for (int64_t i = 0; i < width; i += TileCode::kLanes)
          c->storeFirst(c->mulf(c->load(acc, {r, c->index(i)}), inverse),
                        width - i, p.getResultBuffer(0),
                        {row, c->add(c->mul(head, width), i)});
      });
    });
  }

  PagedAttentionOp op;
  StateType state;
  AttentionShape shape;
  int64_t sharing; ///< query heads of a key head
  int64_t parts;   ///< groups of query heads of a key head
  int64_t width, padded, page;
  int64_t held = 0; ///< queries of the span that is being written
  PhaseBuilder::Input query, pages, slots, ids, starts, table, sinks;
  unsigned scores, values, running, totalValues, totalRunning;
  TileCode *c = nullptr;
  PhaseOp p;
};

struct TileFlashAttention
    : llm::impl::TileFlashAttentionBase<TileFlashAttention> {
  using TileFlashAttentionBase::TileFlashAttentionBase;

  void runOnOperation() override {
    getOperation()->walk([&](StepOp step) {
      step.walk([&](PagedAttentionOp op) {
        StateType state = op.getState().getType();
        int64_t sharing = op.getHeads() / state.getHeads();
        int64_t most = step.getRows()[1];
        AttentionShape shape;
        shape.queries = std::min<int64_t>(sharing, registerRows);
        shape.tilePerSpan = most <= splitRows;
        shape.rows =
            shape.tilePerSpan
                ? 1
                : std::max<int64_t>(
                      1, std::min<int64_t>(registerRows / shape.queries, most));
        // Whatever the context, few spans: their results are kept.
        int64_t span = std::max<int64_t>(spanTokens, maxContext / kMostSpans);
        shape.spanPages = llvm::divideCeil(span, state.getPage());
        shape.spans =
            llvm::divideCeil(maxContext, shape.spanPages * state.getPage());
        AttentionTile(op, shape).build();
      });
    });
  }
};

} // namespace
