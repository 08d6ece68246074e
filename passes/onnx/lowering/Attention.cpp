//===- Attention.cpp - Scaled dot-product attention -----------------------===//
//
// Heads are grouped by the key head they share, [batch, key head, group, query,
// ...], so that no key or value is copied for its group. What a query may not
// see gets -inf by selection, never by adding, so that nothing that is masked
// reaches a result; a query that sees nothing gives zeros.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Contraction.h"
#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LinearAttention.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

/// Labels of dimensions.
enum Label : int64_t { kBatch, kHead, kGroup, kQuery, kKey, kSize };

class Attention {
public:
  Attention(OnnxOp op, GraphLowering &g) : op(op), g(g) {}
  LogicalResult lower();

private:
  LogicalResult readInputs();
  LogicalResult readMask();
  Labeled keysOrValues(Tensor input, Dims flat, StringRef past,
                       StringRef present);
  Value optionalInput(StringRef name) {
    bool has = llvm::any_of(op.schema().inputs, [&](auto &input) {
      return name == llvm::StringRef(input.name);
    });
    return has ? op.input(name) : Value();
  }
  /// Score and mask of a query and a key at [batch, head, query, key].
  Value biased(ValueRange place, Value score);
  Tensor softmax(Tensor scores);
  void showScores(int64_t mode, Tensor scores) {
    Value output = op.output("qk_matmul_output");
    if (output && op.integer("qk_matmul_output_mode") == mode)
      g.set(output, g.cast(scores, g.elementOf(output)));
  }

  OnnxOp op;
  GraphLowering &g;
  Type type; ///< of scores
  bool isFlat = false;
  Tensor mask, lengths;
  Labeled queries, keys, values;
  Dim batch, heads, keyHeads, group, queryCount, keyCount, pastCount;
};

/// Keys or values with those of the past before them.
Labeled Attention::keysOrValues(Tensor input, Dims flat, StringRef past,
                                StringRef present) {
  Labeled result{input, {kBatch, kHead, kKey, kSize}};
  if (isFlat) {
    result.tensor = g.reshape(input, flat);
    result.labels = {kBatch, kKey, kHead, kSize};
  }
  Tensor before = g.tensor(optionalInput(past));
  Value output = op.output(present);
  if (!before && !output)
    return result;
  if (isFlat)
    result = {g.transpose(result.tensor, {0, 2, 1, 3}),
              {kBatch, kHead, kKey, kSize}};
  if (before)
    result.tensor = g.concat({before, result.tensor}, 2);
  g.set(output, result.tensor);
  return result;
}

LogicalResult Attention::readInputs() {
  Tensor q = g.tensor(op.input("Q")), k = g.tensor(op.input("K")),
         v = g.tensor(op.input("V"));
  isFlat = q.rank() == 3;
  if ((q.rank() != 3 && q.rank() != 4) || k.rank() != q.rank() ||
      v.rank() != q.rank())
    return op.operation()->emitError()
           << "Attention: Q, K and V of ranks " << q.rank() << ", " << k.rank()
           << " and " << v.rank() << "; accepted: all 3 or all 4";
  Dims sizes = g.dims(q.value), keySizes = g.dims(k.value),
       valueSizes = g.dims(v.value);
  batch = sizes[0];
  queryCount = sizes[isFlat ? 1 : 2];
  heads = isFlat ? g.fixed(op.integer("q_num_heads")) : sizes[1];
  keyHeads = isFlat ? g.fixed(op.integer("kv_num_heads")) : keySizes[1];
  if (isFlat && (TensorCode::same(heads, g.fixed(0)) ||
                 TensorCode::same(keyHeads, g.fixed(0))))
    return op.operation()->emitError()
           << "Attention: inputs of rank 3 need q_num_heads and kv_num_heads";
  g.requireSame(keySizes[0], batch, "Attention: Q and K differ in batch");
  g.requireSame(valueSizes[0], batch, "Attention: Q and V differ in batch");
  group = TensorCode::same(heads, keyHeads)
              ? g.fixed(1)
              : g.floorDiv(heads, g.max(keyHeads, g.fixed(1)));
  g.requireSame(g.mul(group, keyHeads), heads,
                "Attention: the heads of Q are no multiple of those of K");

  auto perHead = [&](Dim total, Dim count) {
    Dim size = g.floorDiv(total, count);
    g.requireSame(g.mul(size, count), total,
                  "Attention: a size does not divide into heads");
    return size;
  };
  if (isFlat)
    queries = {g.reshape(q, {batch, queryCount, keyHeads, group,
                             perHead(sizes[2], heads)}),
               {kBatch, kQuery, kHead, kGroup, kSize}};
  else
    queries = {g.reshape(q, {batch, keyHeads, group, queryCount, sizes[3]}),
               {kBatch, kHead, kGroup, kQuery, kSize}};
  auto flat = [&](const Dims &dims) -> Dims {
    return isFlat ? Dims{dims[0], dims[1], keyHeads, perHead(dims[2], keyHeads)}
                  : dims;
  };
  pastCount = g.fixed(0);
  if (Value past = optionalInput("past_key"))
    pastCount = g.dim(g.get(past), 2);
  keys = keysOrValues(k, flat(keySizes), "past_key", "present_key");
  values = keysOrValues(v, flat(valueSizes), "past_value", "present_value");
  g.requireSame(g.dims(queries.tensor.value).back(),
                g.dims(keys.tensor.value).back(),
                "Attention: Q and K differ in the size of heads");
  auto sizeOf = [&](Labeled &of, int64_t label) {
    auto *at = llvm::find(of.labels, label);
    return g.dims(of.tensor.value)[at - of.labels.begin()];
  };
  keyCount = sizeOf(keys, kKey);
  g.requireSame(keyCount, sizeOf(values, kKey),
                "Attention: K and V differ in length");
  lengths = g.tensor(optionalInput("nonpad_kv_seqlen"));
  if (lengths)
    g.requireSame(g.dim(lengths.value, 0), batch,
                  "Attention: nonpad_kv_seqlen is not one number a sequence");
  return readMask();
}

LogicalResult Attention::readMask() {
  mask = g.tensor(op.input("attn_mask"));
  if (!mask)
    return success();
  if (mask.rank() == 0 || mask.rank() > 4)
    return op.operation()->emitError() << "Attention: attn_mask of rank "
                                       << mask.rank() << "; accepted: 1 to 4";
  Dims whole = {batch, heads, queryCount};
  Dims sizes = g.dims(mask.value);
  for (int64_t i = 0; i + 1 < mask.rank(); ++i) {
    Dim size = sizes[i], full = whole[4 - mask.rank() + i];
    if (TensorCode::isOne(size) || TensorCode::same(size, full))
      continue;
    g.require(arith::OrIOp::create(
                  g.b, g.compare(CmpIPredicate::eq, size, g.fixed(1)),
                  g.compare(CmpIPredicate::eq, size, full)),
              "Attention: attn_mask does not broadcast to the scores");
  }
  g.require(g.compare(CmpIPredicate::sle, sizes.back(), keyCount),
            "Attention: attn_mask has more columns than there are keys");
  return success();
}

Value Attention::biased(ValueRange place, Value score) {
  Value query = place[2], key = place[3], seen;
  auto restrict = [&](Value condition) {
    seen = seen ? arith::AndIOp::create(g.b, seen, condition).getResult()
                : condition;
  };
  auto compare = [&](CmpIPredicate predicate, Value x, Value y) -> Value {
    return arith::CmpIOp::create(g.b, predicate, x, y);
  };
  Value minusInfinity = g.e.smallest(type);
  if (mask) {
    SmallVector<Value> at;
    Dims sizes = g.dims(mask.value), whole = {batch, heads, queryCount};
    for (int64_t i = 0; i < mask.rank(); ++i) {
      size_t axis = 4 - mask.rank() + i;
      Value index = place[axis];
      if (axis == 3) {
        if (!TensorCode::same(sizes[i], keyCount)) {
          // Columns that the mask lacks are not seen.
          Value inside = g.compare(CmpIPredicate::slt, index, sizes[i]);
          restrict(inside);
          index = g.e.select(inside, index, g.index(0));
        }
      } else if (TensorCode::isOne(sizes[i])) {
        index = g.index(0);
      } else if (!TensorCode::same(sizes[i], whole[axis])) {
        index = g.e.select(g.compare(CmpIPredicate::eq, sizes[i], g.fixed(1)),
                           g.index(0), index);
      }
      at.push_back(index);
    }
    Value value = g.at(mask, at);
    if (mask.element.isInteger(1)) {
      restrict(value);
    } else {
      value = g.e.cast(value, mask.element, type);
      restrict(arith::CmpFOp::create(g.b, arith::CmpFPredicate::UNE, value,
                                     minusInfinity));
      score = g.e.add(score, value, type);
    }
  }
  Value length;
  if (lengths) {
    length = g.e.toIndex(g.at(lengths, place[0]), lengths.element);
    restrict(compare(CmpIPredicate::slt, key, length));
  }
  int64_t left = -1, right = -1;
  if (op.version() >= 25) {
    left = op.integer("left_window_size", -1);
    right = op.integer("right_window_size", -1);
  }
  bool causal = op.integer("is_causal");
  if (causal || left >= 0 || right >= 0) {
    // Where the query stands among the keys.
    Value offset = length
                       ? arith::SubIOp::create(g.b, length, g.index(queryCount))
                             .getResult()
                       : g.index(pastCount);
    Value position = arith::AddIOp::create(g.b, query, offset);
    if (causal)
      restrict(compare(CmpIPredicate::sle, key, position));
    if (left >= 0)
      restrict(compare(CmpIPredicate::sge, key,
                       arith::SubIOp::create(g.b, position, g.index(left))));
    if (right >= 0)
      restrict(compare(CmpIPredicate::sle, key,
                       arith::AddIOp::create(g.b, position, g.index(right))));
  }
  return seen ? g.e.select(seen, score, minusInfinity) : score;
}

/// Along keys; zeros where nothing is seen.
Tensor Attention::softmax(Tensor scores) {
  Tensor top =
      g.reduce(scores, 3, true, type, g.e.smallest(type),
               [&](Value all, Value next) { return g.e.max(all, next, type); });
  Tensor powers = g.map({scores, top}, type, [&](ValueRange v) {
    Value nothing = g.e.equal(v[1], g.e.smallest(type), type);
    Value safe = g.e.select(nothing, g.e.constant(0, type), v[1]);
    return math::ExpOp::create(g.b, g.e.sub(v[0], safe, type)).getResult();
  });
  Tensor sums =
      g.reduce(powers, 3, true, type, g.e.constant(0, type),
               [&](Value all, Value next) { return g.e.add(all, next, type); });
  return g.map({powers, sums}, type, [&](ValueRange v) {
    Value nothing = g.e.equal(v[1], g.e.constant(0, type), type);
    return g.e.div(v[0], g.e.select(nothing, g.e.constant(1, type), v[1]),
                   type);
  });
}

LogicalResult Attention::lower() {
  Type element = g.elementOf(op.input("Q"));
  constexpr int64_t kDouble = 11; // of TensorProto.DataType
  type = op.integer("softmax_precision") == kDouble ? Type(g.b.getF64Type())
                                                    : computeType(element);
  if (failed(readInputs()))
    return failure();
  Value scale;
  if (op.operation()->hasAttr("scale")) {
    scale = g.e.constant(op.real("scale"), type);
  } else {
    Dim size = g.dims(queries.tensor.value).back();
    Value root = math::SqrtOp::create(g.b, g.e.fromIndex(g.index(size), type));
    scale = g.e.div(g.e.constant(1, type), root, type);
  }
  Tensor products = contractLabels(g, {queries, keys},
                                   {kBatch, kHead, kGroup, kQuery, kKey}, type);
  Dims grouped = g.dims(products.value);
  Dims whole = {batch, heads, queryCount, keyCount};
  Tensor scores = g.map(g.reshape(products, whole), type, [&](ValueRange v) {
    return g.e.mul(v[0], scale, type);
  });
  showScores(0, scores);
  if (double cap = op.real("softcap"); cap > 0)
    scores = g.map(scores, type, [&](ValueRange v) {
      Value bound = g.e.constant(cap, type);
      Value inside = math::TanhOp::create(g.b, g.e.div(v[0], bound, type));
      return g.e.mul(bound, inside, type);
    });
  showScores(1, scores);
  Tensor masked = g.tabulate(whole, type, [&](ValueRange place) {
    return biased(place, g.at(scores, place));
  });
  showScores(2, masked);
  Tensor shares = softmax(masked);
  showScores(3, shares);

  Labeled weights{g.reshape(shares, grouped),
                  {kBatch, kHead, kGroup, kQuery, kKey}};
  SmallVector<int64_t> order = {kBatch, kHead, kGroup, kQuery, kSize};
  if (isFlat)
    order = {kBatch, kQuery, kHead, kGroup, kSize};
  Tensor sums = contractLabels(g, {weights, values}, order, type);
  Dim size = g.dims(values.tensor.value).back();
  Dims shape = {batch, heads, queryCount, size};
  if (isFlat)
    shape = {batch, queryCount, g.mul(heads, size)};
  g.set(op.output("Y"), g.cast(g.reshape(sums, shape), element));
  return success();
}

LogicalResult lowerAttention(OnnxOp op, GraphLowering &g) {
  return Attention(op, g).lower();
}

} // namespace

void llm::onnx::addAttention(LoweringTable &table) {
  table.add("Attention", lowerAttention);
  table.add("LinearAttention", lowerLinearAttention);
}
