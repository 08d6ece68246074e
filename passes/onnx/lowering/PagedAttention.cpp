//===- PagedAttention.cpp - Attention over pages of com.microsoft ---------===//
//
// Tokens of all sequences follow one another. Their keys and values are written
// to the pages that the block table names; then each token looks at its
// sequence up to itself, through the table.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/MicrosoftAttention.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

class PagedAttention {
public:
  PagedAttention(OnnxOp op, GraphLowering &g)
      : op(op), g(g), i64(g.b.getI64Type()) {}
  LogicalResult lower();

private:
  LogicalResult check();
  /// Ranks and sizes that are known; the others are checked at run time.
  LogicalResult checkShapes(int64_t heads, int64_t kvHeads);
  void readTokens();
  void placeTokens();
  Tensor write(Tensor pages, Tensor rows);
  Tensor attend(Tensor keys, Tensor values);
  /// In bodies: a number of a tensor of integers.
  Value number(Tensor tensor, ValueRange at) {
    return g.e.toIndex(g.at(tensor, at), tensor.element);
  }
  /// In bodies: the page of a position of a sequence.
  Value pageOf(Value sequence, Dim position) {
    Dims sizes = g.dims(table.value);
    Value block = g.checked(g.index(g.floorDiv(position, pageSize)), sizes[1],
                            "PagedAttention: a sequence outgrows block_table");
    return g.checked(number(table, {sequence, block}), pages,
                     "PagedAttention: a page out of range");
  }

  OnnxOp op;
  GraphLowering &g;
  Type i64, type;
  Tensor q, k, v; ///< [1, head, token, size]
  Tensor table, starts, pasts;
  Tensor sequences, positions; ///< of tokens
  Dim tokens, heads, kvHeads, size, pages, pageSize;
};

LogicalResult PagedAttention::check() {
  for (StringRef name : {"slot_mapping", "head_sink", "q_norm_weight",
                         "k_norm_weight", "k_scale", "v_scale"})
    if (op.input(name))
      return notSupported(op, "the input " + name);
  if (!op.integer("is_causal", 1))
    return notSupported(op, "attention that is not causal");
  if (op.integer("v_head_size") || op.integer("rotary_offset"))
    return notSupported(op, "v_head_size and rotary_offset");
  if (op.string("kv_cache_layout", "SEPARATE") != "SEPARATE")
    return notSupported(op, "one cache for keys and values");
  if (!op.input("key") != !op.input("value") || !op.input("value_cache"))
    return op.operation()->emitError() << "PagedAttention: keys without values";
  int64_t heads = op.integer("num_heads"), kvHeads = op.integer("kv_num_heads");
  if (heads < 1 || heads > INT32_MAX || kvHeads < 1 || heads % kvHeads != 0)
    return op.operation()->emitError()
           << "PagedAttention: " << heads << " heads of queries for " << kvHeads
           << " of keys; accepted: a multiple";
  if (g.tensor(op.input("key_cache")).element !=
      g.tensor(op.input("query")).element)
    return notSupported(op, "a cache of another type than the query");
  return checkShapes(heads, kvHeads);
}

LogicalResult PagedAttention::checkShapes(int64_t heads, int64_t kvHeads) {
  const int64_t any = ShapedType::kDynamic;
  RankedTensorType keys = g.tensor(op.input("key_cache")).type();
  int64_t size = keys.getRank() == 4 ? keys.getDimSize(3) : any;
  auto width = [&](int64_t count) {
    int64_t all;
    return size == any || llvm::MulOverflow(count, size, all) ? any : all;
  };
  int64_t packed = op.input("key") ? heads : heads + 2 * kvHeads;
  const std::pair<StringRef, SmallVector<int64_t>> accepted[] = {
      {"query", {any, width(packed)}},
      {"key", {any, width(kvHeads)}},
      {"value", {any, width(kvHeads)}},
      {"key_cache", {any, any, kvHeads, size}},
      {"value_cache", {any, any, kvHeads, size}},
      {"cumulative_sequence_length", {any}},
      {"past_seqlens", {any}},
      {"block_table", {any, any}},
  };
  for (const auto &[name, shape] : accepted) {
    Value input = op.input(name);
    if (!input)
      continue;
    RankedTensorType given = g.tensor(input).type();
    if (failed(verifyCompatibleShape(given.getShape(), shape)))
      return op.operation()->emitError()
             << "PagedAttention: " << name << " is " << given
             << "; accepted: " << given.clone(shape);
  }
  return success();
}

void PagedAttention::readTokens() {
  auto split = [&](Tensor x, Dim count) {
    Dims sizes = g.dims(x.value);
    return splitHeads(g, g.reshape(x, {g.fixed(1), sizes[0], sizes[1]}), count);
  };
  Tensor query = g.tensor(op.input("query"));
  heads = g.fixed(op.integer("num_heads"));
  kvHeads = g.fixed(op.integer("kv_num_heads"));
  if (op.input("key")) {
    q = split(query, heads);
    k = split(g.tensor(op.input("key")), kvHeads);
    v = split(g.tensor(op.input("value")), kvHeads);
  } else {
    Tensor all = split(query, g.add(heads, g.mul(kvHeads, g.fixed(2))));
    auto some = [&](Dim first, Dim count) {
      Dims offsets(4, g.fixed(0)), part = g.dims(all.value);
      offsets[1] = first;
      part[1] = count;
      return g.part(all, offsets, part);
    };
    q = some(g.fixed(0), heads);
    k = some(heads, kvHeads);
    v = some(g.add(heads, kvHeads), kvHeads);
  }
  Dims sizes = g.dims(q.value);
  tokens = sizes[2];
  size = sizes[3];
  for (Tensor x : {k, v}) {
    g.requireSame(g.dims(x.value)[2], tokens,
                  "PagedAttention: not one key and value a token");
    g.requireSame(g.dims(x.value)[3], size,
                  "PagedAttention: heads of different sizes");
  }
}

void PagedAttention::placeTokens() {
  Dims sizes = g.dims(g.get(op.input("key_cache")));
  pages = sizes[0];
  pageSize = sizes[1];
  for (StringRef name : {"key_cache", "value_cache"}) {
    Dims own = g.dims(g.get(op.input(name)));
    for (auto [have, want] :
         llvm::zip_equal(own, Dims{pages, pageSize, kvHeads, size}))
      g.requireSame(have, want, "PagedAttention: a cache has another shape");
  }
  table = g.tensor(op.input("block_table"));
  starts = g.tensor(op.input("cumulative_sequence_length"));
  pasts = g.tensor(op.input("past_seqlens"));
  Dim count = g.dim(pasts.value, 0);
  g.requireSame(g.dim(starts.value, 0), g.add(count, g.fixed(1)),
                "PagedAttention: cumulative_sequence_length is not one longer "
                "than past_seqlens");
  g.requireSame(g.dim(table.value, 0), count,
                "PagedAttention: not one row of block_table a sequence");
  // A token belongs to the last sequence that begins at it or before.
  sequences = g.tabulate(tokens, i64, [&](ValueRange at) {
    Value last = g.loop(g.index(1), g.index(count), g.index(0),
                        [&](Value i, ValueRange found) -> SmallVector<Value> {
                          Value begun =
                              arith::CmpIOp::create(g.b, CmpIPredicate::sle,
                                                    number(starts, i), at[0]);
                          return {g.e.select(begun, i, found[0])};
                        })[0];
    return g.e.fromIndex(last, i64);
  });
  positions = g.tabulate(tokens, i64, [&](ValueRange at) {
    Value sequence = number(sequences, at[0]);
    Dim past = number(pasts, sequence), start = number(starts, sequence);
    return g.e.fromIndex(g.index(g.add(past, g.sub(at[0], start))), i64);
  });
}

Tensor PagedAttention::write(Tensor cache, Tensor rows) {
  Dims part = {g.fixed(1), g.fixed(1), kvHeads, size};
  Tensor ordered = g.transpose(rows, {0, 2, 1, 3});
  Value done =
      g.loop(g.index(0), g.index(tokens), cache.value,
             [&](Value token, ValueRange carried) -> SmallVector<Value> {
               Value position = number(positions, token);
               Value page = pageOf(number(sequences, token), position);
               Dim offset = g.sub(
                   position, g.mul(g.floorDiv(position, pageSize), pageSize));
               Dims from = {g.fixed(0), token, g.fixed(0), g.fixed(0)};
               return {g.overwrite({carried[0], cache.element},
                                   g.part(ordered, from, part),
                                   {page, offset, g.fixed(0), g.fixed(0)})
                           .value};
             })[0];
  return g.sized(done, cache.element, g.dims(cache.value));
}

Tensor PagedAttention::attend(Tensor keys, Tensor values) {
  int64_t window = op.integer("local_window_size", -1);
  double cap = op.real("softcap"), given = op.real("scale");
  Value scale = g.e.constant(given, type);
  if (given == 0)
    scale = g.e.div(
        g.e.constant(1, type),
        math::SqrtOp::create(g.b, g.e.fromIndex(g.index(size), type)), type);
  Value group = g.index(g.floorDiv(heads, kvHeads));
  Dim room = g.mul(g.dim(table.value, 1), pageSize);
  // Where a token sees: [first, end).
  auto range = [&](Value token) {
    Dim end = g.add(number(positions, token), g.fixed(1));
    Dim first = window > 0 ? g.max(g.sub(end, g.fixed(window)), g.fixed(0))
                           : g.fixed(0);
    return std::pair(g.index(first), g.index(g.min(end, room)));
  };
  auto cached = [&](Tensor cache, Value token, Value head, Value position,
                    Value i) {
    Value page = pageOf(number(sequences, token), position);
    Dim offset =
        g.sub(position, g.mul(g.floorDiv(position, pageSize), pageSize));
    Value own = arith::DivUIOp::create(g.b, head, group);
    return g.at(cache, {page, g.index(offset), own, i});
  };
  Tensor scores =
      g.tabulate({tokens, heads, room}, type, [&](ValueRange at) -> Value {
        auto [first, end] = range(at[0]);
        Value seen = arith::AndIOp::create(
            g.b, g.compare(CmpIPredicate::sge, at[2], first),
            g.compare(CmpIPredicate::slt, at[2], end));
        return g.branch(
            seen,
            [&]() -> SmallVector<Value> {
              Value sum =
                  g.loop(g.index(0), g.index(size), g.e.constant(0, type),
                         [&](Value i, ValueRange sums) -> SmallVector<Value> {
                           Value product = g.e.mul(
                               g.at(q, {g.index(0), at[1], at[0], i}),
                               cached(keys, at[0], at[1], at[2], i), type);
                           return {g.e.add(sums[0], product, type)};
                         })[0];
              Value score = g.e.mul(sum, scale, type);
              if (cap > 0) {
                Value bound = g.e.constant(cap, type);
                score = g.e.mul(
                    bound,
                    math::TanhOp::create(g.b, g.e.div(score, bound, type)),
                    type);
              }
              return {score};
            },
            [&]() -> SmallVector<Value> { return {g.e.smallest(type)}; })[0];
      });
  Tensor top =
      g.reduce(scores, 2, true, type, g.e.smallest(type),
               [&](Value all, Value next) { return g.e.max(all, next, type); });
  Tensor powers = g.map({scores, top}, type, [&](ValueRange x) {
    return math::ExpOp::create(g.b, g.e.sub(x[0], x[1], type)).getResult();
  });
  Tensor sums =
      g.reduce(powers, 2, true, type, g.e.constant(0, type),
               [&](Value all, Value x) { return g.e.add(all, x, type); });
  return g.tabulate(
      {tokens, heads, size}, q.element, [&](ValueRange at) -> Value {
        auto [first, end] = range(at[0]);
        Value sum = g.loop(
            first, end, g.e.constant(0, type),
            [&](Value position, ValueRange carried) -> SmallVector<Value> {
              Value product =
                  g.e.mul(g.at(powers, {at[0], at[1], position}),
                          cached(values, at[0], at[1], position, at[2]), type);
              return {g.e.add(carried[0], product, type)};
            })[0];
        return g.e.div(sum, g.at(sums, {at[0], at[1], g.index(0)}), type);
      });
}

LogicalResult PagedAttention::lower() {
  if (failed(check()))
    return failure();
  readTokens();
  placeTokens();
  type = computeType(q.element);
  if (op.integer("do_rotary")) {
    Tensor cosines = g.tensor(op.input("cos_cache")),
           sines = g.tensor(op.input("sin_cache"));
    if (!cosines || !sines)
      return op.operation()->emitError()
             << "PagedAttention: do_rotary without cos_cache and sin_cache";
    auto position = [&](Value, Value token) {
      return number(positions, token);
    };
    bool interleaved = op.integer("rotary_interleaved");
    q = rotate(g, q, cosines, sines, interleaved, position);
    k = rotate(g, k, cosines, sines, interleaved, position);
  }
  Tensor keys = write(g.tensor(op.input("key_cache")), k),
         values = write(g.tensor(op.input("value_cache")), v);
  g.set(op.output("key_cache_out"), keys);
  g.set(op.output("value_cache_out"), values);
  g.set(op.output("output"),
        g.reshape(attend(keys, values), {tokens, g.mul(heads, size)}));
  return success();
}

} // namespace

LogicalResult llm::onnx::lowerPagedAttention(OnnxOp op, GraphLowering &g) {
  return PagedAttention(op, g).lower();
}
