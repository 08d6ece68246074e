//===- MicrosoftAttention.cpp - Attention of com.microsoft ----------------===//
//
// GroupQueryAttention, MultiHeadAttention and Attention differ in how queries,
// keys and values come, what lies before them and what a query may see; one
// Attending does the rest. All of them become [batch, head, position, size].
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/MicrosoftAttention.h"

#include "passes/onnx/lowering/Contraction.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

Tensor llm::onnx::splitHeads(GraphLowering &g, Tensor x, Dim heads) {
  Dims sizes = g.dims(x.value);
  Dim size = g.floorDiv(sizes[2], heads);
  g.requireSame(g.mul(size, heads), sizes[2],
                "attention: a size does not divide into heads");
  return g.transpose(g.reshape(x, {sizes[0], sizes[1], heads, size}),
                     {0, 2, 1, 3});
}

Tensor llm::onnx::rotate(
    GraphLowering &g, Tensor x, Tensor cosines, Tensor sines, bool interleaved,
    llvm::function_ref<Value(Value batch, Value index)> position) {
  Type type = computeType(x.element);
  Dims table = g.dims(cosines.value);
  Dim pairs = table[1], turned = g.mul(pairs, g.fixed(2));
  g.require(g.compare(CmpIPredicate::sle, turned, g.dims(x.value)[3]),
            "RotaryEmbedding: the cache is wider than a head");
  Dims shape = g.dims(x.value);
  return g.tabulate(shape, x.element, [&](ValueRange place) {
    Dim at = place[3], two = g.fixed(2);
    Value isTurned = g.compare(CmpIPredicate::slt, at, turned);
    Dim pair, partner;
    Value isFirst;
    if (interleaved) {
      pair = g.floorDiv(at, two);
      Dim odd = g.sub(at, g.mul(pair, two));
      isFirst = g.compare(CmpIPredicate::eq, odd, g.fixed(0));
      partner = g.select(isFirst, g.add(at, g.fixed(1)), g.sub(at, g.fixed(1)));
    } else {
      isFirst = g.compare(CmpIPredicate::slt, at, pairs);
      pair = g.select(isFirst, at, g.sub(at, pairs));
      partner = g.select(isFirst, g.add(at, pairs), g.sub(at, pairs));
    }
    Value angle = g.checked(position(place[0], place[2]), table[0],
                            "RotaryEmbedding: position out of range");
    SmallVector<Value> angles = {angle,
                                 g.index(g.select(isTurned, pair, g.fixed(0)))};
    SmallVector<Value> other(place);
    other[3] = g.index(g.select(isTurned, partner, at));
    Value own = g.at(x, place);
    Value turn = g.e.mul(g.at(x, other), g.at(sines, angles), type);
    turn = g.e.select(isFirst, g.e.neg(turn, type), turn);
    Value sum = g.e.add(g.e.mul(own, g.at(cosines, angles), type), turn, type);
    return g.e.select(isTurned, sum, own);
  });
}

namespace {

/// What is added to the score at [batch, head, query, key]; either of the first
/// two may be one for all.
Value biasAt(GraphLowering &g, Tensor bias, ValueRange place) {
  SmallVector<Value> at(place);
  Dims sizes = g.dims(bias.value);
  for (unsigned i = 0; i < 2; ++i)
    if (TensorCode::isOne(sizes[i]))
      at[i] = g.index(0);
  return g.at(bias, at);
}

struct Attending {
  OnnxOp op;
  GraphLowering &g;
  Tensor q, k, v; ///< [batch, head, position, size]; fewer heads in k and v
  double cap = 0;
  Tensor sink; ///< [head]: a key without value that all queries see
  bool smooth = false;
  /// The score of [batch, head, query, key] after bias and mask.
  llvm::function_ref<Value(ValueRange, Value)> mask;

  Tensor run() {
    Type type = computeType(q.element);
    Dims from = g.dims(q.value), keys = g.dims(k.value);
    Dim heads = from[1], kvHeads = keys[1];
    Dim group = TensorCode::same(heads, kvHeads)
                    ? g.fixed(1)
                    : g.floorDiv(heads, g.max(kvHeads, g.fixed(1)));
    g.requireSame(g.mul(group, kvHeads), heads,
                  op.type() + ": heads of queries are no multiple of those of "
                              "keys");
    double given = op.real("scale");
    Value scale;
    if (given != 0) {
      scale = g.e.constant(given, type);
    } else {
      Value root = math::SqrtOp::create(
          g.b, g.e.cast(g.e.fromIndex(g.index(from[3]), g.b.getI64Type()),
                        g.b.getI64Type(), type));
      scale = g.e.div(g.e.constant(1, type), root, type);
    }
    enum : int64_t { kBatch, kHead, kGroup, kQuery, kKey, kSize };
    Tensor grouped = g.reshape(q, {from[0], kvHeads, group, from[2], from[3]});
    Tensor products =
        contractLabels(g,
                       {{grouped, {kBatch, kHead, kGroup, kQuery, kSize}},
                        {k, {kBatch, kHead, kKey, kSize}}},
                       {kBatch, kHead, kGroup, kQuery, kKey}, type);
    Dims apart = g.dims(products.value);
    Dims whole = {from[0], heads, from[2], keys[2]};
    Tensor raw = g.reshape(products, whole);
    Tensor scores = g.tabulate(whole, type, [&](ValueRange place) {
      Value score = g.e.mul(g.at(raw, place), scale, type);
      if (cap > 0) {
        Value bound = g.e.constant(cap, type);
        Value inside = math::TanhOp::create(g.b, g.e.div(score, bound, type));
        score = g.e.mul(bound, inside, type);
      }
      return mask(place, score);
    });
    Tensor top = g.reduce(
        scores, 3, true, type, g.e.smallest(type),
        [&](Value all, Value next) { return g.e.max(all, next, type); });
    if (smooth || sink) {
      SmallVector<Tensor> inputs = {top};
      if (sink)
        inputs.push_back(g.reshape(sink, {heads, g.fixed(1), g.fixed(1)}));
      top = g.map(inputs, type, [&](ValueRange v) {
        return g.e.max(v[0], sink ? v[1] : g.e.constant(0, type), type);
      });
    }
    auto safe = [&](Value largest) { // where a query sees nothing
      return g.e.select(g.e.equal(largest, g.e.smallest(type), type),
                        g.e.constant(0, type), largest);
    };
    Tensor powers = g.map({scores, top}, type, [&](ValueRange v) {
      return math::ExpOp::create(g.b, g.e.sub(v[0], safe(v[1]), type))
          .getResult();
    });
    Tensor sums =
        g.reduce(powers, 3, true, type, g.e.constant(0, type),
                 [&](Value all, Value v) { return g.e.add(all, v, type); });
    if (smooth || sink) {
      SmallVector<Tensor> inputs = {sums, top};
      if (sink)
        inputs.push_back(g.reshape(sink, {heads, g.fixed(1), g.fixed(1)}));
      sums = g.map(inputs, type, [&](ValueRange v) {
        Value score = sink ? v[2] : g.e.constant(0, type);
        Value power = math::ExpOp::create(g.b, g.e.sub(score, v[1], type));
        return g.e.add(v[0], power, type);
      });
    }
    Tensor shares = g.map({powers, sums}, type, [&](ValueRange v) {
      Value none = g.e.equal(v[1], g.e.constant(0, type), type);
      return g.e.div(v[0], g.e.select(none, g.e.constant(1, type), v[1]), type);
    });
    Tensor result = contractLabels(
        g,
        {{g.reshape(shares, apart), {kBatch, kHead, kGroup, kQuery, kKey}},
         {v, {kBatch, kHead, kKey, kSize}}},
        {kBatch, kQuery, kHead, kGroup, kSize}, type);
    Dim size = g.dims(v.value)[3];
    return g.cast(g.reshape(result, {from[0], from[2], g.mul(heads, size)}),
                  q.element);
  }
};

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

LogicalResult lowerRotary(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input")),
         ids = g.tensor(op.input("position_ids")),
         cosines = g.tensor(op.input("cos_cache")),
         sines = g.tensor(op.input("sin_cache"));
  if (op.integer("is_packed_batching"))
    return notSupported(op, "packed batches");
  if ((x.rank() != 3 && x.rank() != 4) || cosines.rank() != 2)
    return op.operation()->emitError()
           << "RotaryEmbedding: an input of rank " << x.rank()
           << " and a cache of rank " << cosines.rank()
           << "; accepted: 3 or 4, and 2";
  bool isFlat = x.rank() == 3;
  Dims shape = g.dims(x.value);
  if (isFlat) {
    int64_t given = op.integer("num_heads");
    Dim size = g.mul(g.dim(cosines.value, 1), g.fixed(2));
    if (given == 0 && op.integer("rotary_embedding_dim"))
      return op.operation()->emitError()
             << "RotaryEmbedding: rotary_embedding_dim without num_heads";
    x = splitHeads(g, x,
                   given ? g.fixed(given)
                         : g.floorDiv(shape[2], g.max(size, g.fixed(1))));
  }
  // One number is where the sequence begins.
  bool starts = ids.rank() == 1;
  auto position = [&](Value batch, Value index) -> Value {
    Value zero = g.index(0);
    if (!starts)
      return g.e.toIndex(g.at(ids, {batch, index}), ids.element);
    Value first = g.e.toIndex(g.at(ids, zero), ids.element);
    return g.index(g.add(first, index));
  };
  Tensor y = rotate(g, x, cosines, sines, op.integer("interleaved"), position);
  if (isFlat)
    y = g.reshape(g.transpose(y, {0, 2, 1, 3}), shape);
  g.set(op.output("output"), y);
  return success();
}

//===----------------------------------------------------------------------===//
// GroupQueryAttention
//===----------------------------------------------------------------------===//

/// Keys or values in a buffer: what it held, new ones from the past's end on.
Tensor append(GraphLowering &g, Tensor past, Tensor added, Dim length,
              llvm::function_ref<Value(Value batch)> pastLength) {
  Dims sizes = g.dims(added.value);
  Dim count = sizes[2];
  sizes[2] = length;
  Type type = added.element;
  return g.tabulate(sizes, type, [&](ValueRange place) {
    auto read = [&](Tensor from, Dim at, Dim size) {
      SmallVector<Value> source(place);
      source[2] =
          g.index(g.max(g.min(at, g.sub(size, g.fixed(1))), g.fixed(0)));
      return g.at(from, source);
    };
    Value end = pastLength(place[0]);
    Dim at = g.sub(place[2], end);
    Value isNew = g.compare(CmpIPredicate::ult, at, count);
    Value before = g.e.integer(0, type);
    if (past)
      before = g.e.select(g.compare(CmpIPredicate::slt, place[2], end),
                          read(past, place[2], g.dims(past.value)[2]), before);
    return g.e.select(isNew, read(added, at, count), before);
  });
}

LogicalResult lowerGroupQuery(OnnxOp op, GraphLowering &g) {
  for (StringRef name : {"k_scale", "v_scale", "q_norm_weight", "k_norm_weight",
                         "query_seqlens"})
    if (op.input(name))
      return notSupported(op, "the input " + name);
  if (op.output("output_qk"))
    return notSupported(op, "the output output_qk");
  Tensor query = g.tensor(op.input("query")), key = g.tensor(op.input("key")),
         value = g.tensor(op.input("value")),
         pastKey = g.tensor(op.input("past_key")),
         pastValue = g.tensor(op.input("past_value")),
         lengths = g.tensor(op.input("seqlens_k"));
  Tensor bias = g.tensor(op.input("attention_bias")),
         ids = g.tensor(op.input("position_ids"));
  if (pastKey && pastKey.element != query.element)
    return notSupported(op, "a cache of another type than the query");
  int64_t heads = op.integer("num_heads"), kvHeads = op.integer("kv_num_heads");
  if (heads < 1 || kvHeads < 1)
    return op.operation()->emitError()
           << "GroupQueryAttention: num_heads and kv_num_heads are " << heads
           << " and " << kvHeads;
  Tensor q, k, v;
  if (key) {
    q = splitHeads(g, query, g.fixed(heads));
    k = splitHeads(g, key, g.fixed(kvHeads));
    v = splitHeads(g, value, g.fixed(kvHeads));
  } else {
    Tensor all = splitHeads(g, query, g.fixed(heads + 2 * kvHeads));
    Dims sizes = g.dims(all.value);
    auto some = [&](int64_t first, int64_t count) {
      Dims offsets(4, g.fixed(0)), part = sizes;
      offsets[1] = g.fixed(first);
      part[1] = g.fixed(count);
      return g.part(all, offsets, part);
    };
    q = some(0, heads);
    k = some(heads, kvHeads);
    v = some(heads + kvHeads, kvHeads);
  }
  Dim count = g.dims(q.value)[2];
  Tensor whole = g.tensor(op.input("total_sequence_length"));
  Dim total = g.e.toIndex(g.scalar(whole), whole.element);
  Value isPrompt = g.compare(CmpIPredicate::eq, total, count);
  lengths = g.reshape(lengths, g.product(g.dims(lengths.value)));
  auto lengthOf = [&](Value batch) -> Dim { // of a sequence, new ones included
    return g.add(g.e.toIndex(g.at(lengths, batch), lengths.element),
                 g.fixed(1));
  };
  auto pastOf = [&](Value batch) -> Value {
    return g.index(g.select(isPrompt, g.fixed(0),
                            g.max(g.sub(lengthOf(batch), count), g.fixed(0))));
  };
  if (op.integer("do_rotary")) {
    Tensor cosines = g.tensor(op.input("cos_cache")),
           sines = g.tensor(op.input("sin_cache"));
    if (!cosines || !sines)
      return op.operation()->emitError() << "GroupQueryAttention: do_rotary "
                                            "without cos_cache and sin_cache";
    auto position = [&](Value batch, Value index) -> Value {
      if (ids)
        return g.e.toIndex(g.at(ids, {batch, index}), ids.element);
      return g.index(g.add(pastOf(batch), index));
    };
    bool interleaved = op.integer("rotary_interleaved");
    q = rotate(g, q, cosines, sines, interleaved, position);
    k = rotate(g, k, cosines, sines, interleaved, position);
  }
  Dim room = total;
  if (pastKey)
    room = g.max(g.dims(pastKey.value)[2], total);
  k = append(g, pastKey, k, room, pastOf);
  v = append(g, pastValue, v, room, pastOf);
  g.set(op.output("present_key"), k);
  g.set(op.output("present_value"), v);

  int64_t window = op.integer("local_window_size", -1);
  bool causal = op.integer("causal", 1);
  Type type = computeType(q.element);
  auto mask = [&](ValueRange place, Value score) -> Value {
    if (bias)
      score = g.e.add(score, biasAt(g, bias, place), type);
    Dim last = causal ? g.add(pastOf(place[0]), place[2])
                      : g.sub(lengthOf(place[0]), g.fixed(1));
    Value seen = g.compare(CmpIPredicate::sle, place[3], last);
    if (window > 0)
      seen = arith::AndIOp::create(g.b, seen,
                                   g.compare(CmpIPredicate::sgt, place[3],
                                             g.sub(last, g.fixed(window))));
    return g.e.select(seen, score, g.e.smallest(type));
  };
  Attending attending{op,
                      g,
                      q,
                      k,
                      v,
                      op.real("softcap"),
                      g.tensor(op.input("head_sink")),
                      op.integer("smooth_softmax", -1) == 1,
                      mask};
  g.set(op.output("output"), attending.run());
  return success();
}

//===----------------------------------------------------------------------===//
// MultiHeadAttention and Attention
//===----------------------------------------------------------------------===//

/// What both know of masks: lengths [batch], or whether keys are seen,
/// [batch, key], [batch, query, key] or [batch, 1, position, position].
struct PaddingMask {
  OnnxOp op;
  GraphLowering &g;
  Tensor mask, bias;
  Dim past; ///< keys before the first new one
  Type type;

  LogicalResult check(Dim batch) {
    if (mask && mask.rank() == 1) {
      Dim size = g.dim(mask.value, 0);
      auto known = getConstantIntValue(size),
           items = getConstantIntValue(batch);
      if (known && items && *known != *items)
        return notSupported(op, "a mask of starts and ends");
      g.requireSame(size, batch,
                    op.type() + ": the mask is not one length a "
                                "sequence");
    }
    return success();
  }

  Value operator()(ValueRange place, Value score) {
    if (bias)
      score = g.e.add(score, biasAt(g, bias, place), type);
    if (mask) {
      Value seen;
      if (mask.rank() == 1) {
        seen = g.compare(CmpIPredicate::slt, place[3],
                         g.e.toIndex(g.at(mask, place[0]), mask.element));
      } else {
        SmallVector<Value> at = {place[0]};
        if (mask.rank() == 3)
          at.push_back(place[2]);
        if (mask.rank() == 4)
          at.append({g.index(0), g.index(g.add(past, place[2]))});
        at.push_back(place[3]);
        Value none = g.e.integer(0, mask.element);
        seen =
            arith::CmpIOp::create(g.b, CmpIPredicate::ne, g.at(mask, at), none);
      }
      Value filter = g.e.constant(op.real("mask_filter_value", -10000), type);
      score = g.e.select(seen, score, g.e.add(score, filter, type));
    }
    if (op.integer("unidirectional")) {
      Value seen =
          g.compare(CmpIPredicate::sle, place[3], g.add(past, place[2]));
      score = g.e.select(seen, score, g.e.smallest(type));
    }
    return score;
  }
};

LogicalResult lowerMultiHead(OnnxOp op, GraphLowering &g) {
  for (StringRef name : {"past_sequence_length", "cache_indirection"})
    if (op.input(name))
      return notSupported(op, "the input " + name);
  if (op.output("qk"))
    return notSupported(op, "the output qk");
  Tensor query = g.tensor(op.input("query")), key = g.tensor(op.input("key")),
         value = g.tensor(op.input("value")), bias = g.tensor(op.input("bias"));
  Dim heads = g.fixed(op.integer("num_heads"));
  // One of the parts that lie side by side before the size of heads.
  auto unpacked = [&](Tensor packed, unsigned number) {
    Dims sizes = g.dims(packed.value), offsets(5, g.fixed(0));
    sizes[3] = g.fixed(1);
    offsets[3] = g.fixed(number);
    Tensor one = g.part(packed, offsets, sizes);
    sizes.erase(sizes.begin() + 3);
    return g.transpose(g.reshape(one, sizes), {0, 2, 1, 3});
  };
  Dim offset = g.fixed(0);
  auto split = [&](Tensor x, bool isHeads) {
    if (isHeads)
      return x;
    Dims sizes = g.dims(x.value);
    if (bias) {
      Tensor own = g.part(bias, offset, sizes[2]);
      offset = g.add(offset, sizes[2]);
      Type type = computeType(x.element);
      x = g.map({x, own}, x.element,
                [&](ValueRange v) { return g.e.add(v[0], v[1], type); });
    }
    return splitHeads(g, x, heads);
  };
  Tensor q, k, v;
  if (query.rank() == 5 || (key && key.rank() == 5)) {
    if (bias)
      return notSupported(op, "a bias of packed inputs");
    bool all = query.rank() == 5;
    q = all ? unpacked(query, 0) : split(query, false);
    k = unpacked(all ? query : key, all ? 1 : 0);
    v = unpacked(all ? query : key, all ? 2 : 1);
  } else if (key && value) {
    q = split(query, false);
    k = split(key, key.rank() == 4);
    v = split(value, value.rank() == 4);
  } else {
    return notSupported(op, "keys without values");
  }
  Dim past = g.fixed(0);
  if (Tensor before = g.tensor(op.input("past_key"))) {
    past = g.dims(before.value)[2];
    k = g.concat({before, k}, 2);
    v = g.concat({g.tensor(op.input("past_value")), v}, 2);
  }
  g.set(op.output("present_key"), k);
  g.set(op.output("present_value"), v);
  PaddingMask mask{op,
                   g,
                   g.tensor(op.input("key_padding_mask")),
                   g.tensor(op.input("attention_bias")),
                   past,
                   computeType(q.element)};
  if (failed(mask.check(g.dims(q.value)[0])))
    return failure();
  Attending attending{op, g, q, k, v, 0, {}, false, mask};
  g.set(op.output("output"), attending.run());
  return success();
}

LogicalResult lowerAttention(OnnxOp op, GraphLowering &g) {
  if (op.integer("do_rotary"))
    return notSupported(op, "do_rotary");
  if (op.integer("past_present_share_buffer"))
    return notSupported(op, "past_present_share_buffer");
  Tensor x = g.tensor(op.input("input")),
         weights = g.tensor(op.input("weights")),
         bias = g.tensor(op.input("bias"));
  Type type = computeType(x.element);
  SmallVector<Tensor> inputs = {multiplyMatrices(g, x, weights, type)};
  if (bias)
    inputs.push_back(bias);
  Tensor all = g.map(inputs, x.element, [&](ValueRange v) {
    return v.size() > 1 ? g.e.add(v[0], v[1], type) : v[0];
  });
  Dims shape = g.dims(all.value);
  Dims widths(3, g.floorDiv(shape[2], g.fixed(3)));
  if (SmallVector<int64_t> given = op.integers("qkv_hidden_sizes");
      given.size() == 3)
    widths = g.fixed(given);
  Tensor parts[3];
  Dim offset = g.fixed(0);
  for (unsigned i = 0; i < 3; ++i) {
    parts[i] = splitHeads(g,
                          g.part(all, {g.fixed(0), g.fixed(0), offset},
                                 {shape[0], shape[1], widths[i]}),
                          g.fixed(op.integer("num_heads")));
    offset = g.add(offset, widths[i]);
  }
  Dim past = g.fixed(0);
  Tensor before = g.tensor(op.input("past"));
  if (before) {
    Dims sizes = g.dims(before.value);
    past = sizes[3];
    sizes[0] = g.fixed(1);
    for (unsigned i = 1; i < 3; ++i) {
      Dims offsets(5, g.fixed(0));
      offsets[0] = g.fixed(i - 1);
      parts[i] = g.concat({g.part(before, offsets, sizes, 1), parts[i]}, 2);
    }
  }
  if (Value present = op.output("present")) {
    Dims sizes = g.dims(parts[1].value);
    sizes.insert(sizes.begin(), g.fixed(1));
    g.set(
        present,
        g.concat({g.reshape(parts[1], sizes), g.reshape(parts[2], sizes)}, 0));
  }
  PaddingMask mask{op,
                   g,
                   g.tensor(op.input("mask_index")),
                   g.tensor(op.input("attention_bias")),
                   past,
                   type};
  if (failed(mask.check(shape[0])))
    return failure();
  Attending attending{op, g, parts[0], parts[1], parts[2], 0, {}, false, mask};
  g.set(op.output("output"), attending.run());
  return success();
}

} // namespace

void llm::onnx::addMicrosoftAttention(LoweringTable &table) {
  table.add("microsoft.Attention", lowerAttention);
  table.add("microsoft.GroupQueryAttention", lowerGroupQuery);
  table.add("microsoft.MultiHeadAttention", lowerMultiHead);
  table.add("microsoft.PagedAttention", lowerPagedAttention);
  table.add("microsoft.RotaryEmbedding", lowerRotary);
}
