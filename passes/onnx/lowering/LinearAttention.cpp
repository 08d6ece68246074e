//===- LinearAttention.cpp - Attention by a state that tokens update ------===//
//
// Tokens follow one another; within one, all elements of the state are
// independent and go to the team. The state is kept in f32 (f64 for f64).
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/LinearAttention.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

class LinearAttention {
public:
  LinearAttention(OnnxOp op, GraphLowering &g) : op(op), g(g) {}
  LogicalResult lower();

private:
  LogicalResult readInputs();
  /// The state before a token, less what its decay takes.
  Tensor decayed(Tensor state, Value t);
  /// The state with the token's key and value in it.
  Tensor updated(Tensor state, Value t);
  Tensor read(Tensor state, Value t);
  /// Sums term(i) over the size of keys.
  Value sumOverKeys(llvm::function_ref<Value(Value i)> term) {
    return g.loop(g.index(0), g.index(keySize), g.e.constant(0, type),
                  [&](Value i, ValueRange sums) {
                    return SmallVector<Value>{g.e.add(sums[0], term(i), type)};
                  })[0];
  }
  /// An element of head `head` of [batch, token, heads * size].
  Value element(Tensor packed, Value batch, Value t, Value head, Dim size,
                Value i) {
    Value at = arith::MulIOp::create(g.b, head, g.index(size));
    at = arith::AddIOp::create(g.b, at, i);
    return g.e.cast(g.at(packed, {batch, t, at}), packed.element, type);
  }

  OnnxOp op;
  GraphLowering &g;
  Type type;
  Tensor query, key, value, decay, beta;
  Dim batch, tokens, heads, keyHeads, keySize, valueSize;
  bool isDelta = false;
};

LogicalResult LinearAttention::readInputs() {
  query = g.tensor(op.input("query"));
  key = g.tensor(op.input("key"));
  value = g.tensor(op.input("value"));
  for (Tensor input : {query, key, value})
    if (input.rank() != 3)
      return op.operation()->emitError() << "LinearAttention: an input of rank "
                                         << input.rank() << "; accepted: 3";
  StringRef rule = op.string("update_rule", "gated_delta");
  isDelta = rule == "delta" || rule == "gated_delta";
  bool isGated = rule == "gated" || rule == "gated_delta";
  if (!isDelta && !isGated && rule != "linear")
    return op.operation()->emitError()
           << "LinearAttention: update_rule '" << rule
           << "'; accepted: linear, gated, delta, gated_delta";
  if (isGated)
    decay = g.tensor(op.input("decay"));
  if (isDelta)
    beta = g.tensor(op.input("beta"));
  if ((isGated && !decay) || (isDelta && !beta))
    return op.operation()->emitError()
           << "LinearAttention: update_rule '" << rule << "' needs "
           << (isGated && !decay ? "decay" : "beta");
  int64_t queries = op.integer("q_num_heads"),
          keys = op.integer("kv_num_heads");
  if (keys <= 0 || queries <= 0 || queries % keys != 0)
    return op.operation()->emitError()
           << "LinearAttention: " << queries << " heads of queries for " << keys
           << " of keys; accepted: a multiple";
  type = computeType(query.element);
  heads = g.fixed(queries);
  keyHeads = g.fixed(keys);
  Dims sizes = g.dims(query.value);
  batch = sizes[0];
  tokens = sizes[1];
  auto perHead = [&](Tensor packed, Dim count) {
    Dim total = g.dim(packed.value, 2), size = g.floorDiv(total, count);
    g.requireSame(g.mul(size, count), total,
                  "LinearAttention: a size does not divide into heads");
    return size;
  };
  keySize = perHead(key, keyHeads);
  valueSize = perHead(value, keyHeads);
  g.requireSame(perHead(query, heads), keySize,
                "LinearAttention: query and key differ in the size of heads");
  for (Tensor input : {key, value, decay, beta})
    for (int64_t axis : {0, 1})
      if (input)
        g.requireSame(g.dim(input.value, axis), sizes[axis],
                      "LinearAttention: inputs differ in batch or length");
  auto requireWidth = [&](Tensor input, Dim one, Dim other) {
    Dim width = g.dim(input.value, 2);
    if (!TensorCode::same(width, one) && !TensorCode::same(width, other))
      g.require(arith::OrIOp::create(
                    g.b, g.compare(arith::CmpIPredicate::eq, width, one),
                    g.compare(arith::CmpIPredicate::eq, width, other)),
                "LinearAttention: decay or beta has another width");
  };
  if (decay)
    requireWidth(decay, keyHeads, g.mul(keyHeads, keySize));
  if (beta)
    requireWidth(beta, keyHeads, g.fixed(1));
  return success();
}

Tensor LinearAttention::decayed(Tensor state, Value t) {
  if (!decay)
    return state;
  // One number a head, or one for each of its keys' elements.
  Dim width = g.floorDiv(g.dim(decay.value, 2), keyHeads);
  Value last = g.index(g.sub(width, g.fixed(1)));
  return g.tabulate(
      {batch, keyHeads, keySize, valueSize}, type, [&](ValueRange at) {
        Value i = arith::MinUIOp::create(g.b, at[2], last);
        Value log = element(decay, at[0], t, at[1], width, i);
        return g.e.mul(math::ExpOp::create(g.b, log), g.at(state, at), type);
      });
}

Tensor LinearAttention::updated(Tensor state, Value t) {
  auto keyAt = [&](ValueRange at, Value i) {
    return element(key, at[0], t, at[1], keySize, i);
  };
  // What is new about the value, by [batch, head, element].
  Tensor fresh =
      g.tabulate({batch, keyHeads, valueSize}, type, [&](ValueRange at) {
        Value own = element(value, at[0], t, at[1], valueSize, at[2]);
        if (!isDelta)
          return own;
        Value held = sumOverKeys([&](Value i) {
          return g.e.mul(g.at(state, {at[0], at[1], i, at[2]}), keyAt(at, i),
                         type);
        });
        Value last = g.index(g.sub(g.dim(beta.value, 2), g.fixed(1)));
        Value head = arith::MinUIOp::create(g.b, at[1], last);
        Value rate = g.e.cast(g.at(beta, {at[0], t, head}), beta.element, type);
        return g.e.mul(rate, g.e.sub(own, held, type), type);
      });
  return g.tabulate(
      {batch, keyHeads, keySize, valueSize}, type, [&](ValueRange at) {
        Value change =
            g.e.mul(keyAt(at, at[2]), g.at(fresh, {at[0], at[1], at[3]}), type);
        return g.e.add(g.at(state, at), change, type);
      });
}

Tensor LinearAttention::read(Tensor state, Value t) {
  Value group = g.index(g.floorDiv(heads, keyHeads));
  Value scale;
  if (double given = op.real("scale"); given != 0)
    scale = g.e.constant(given, type);
  else
    scale = g.e.div(
        g.e.constant(1, type),
        math::SqrtOp::create(g.b, g.e.fromIndex(g.index(keySize), type)), type);
  return g.tabulate({batch, heads, valueSize}, type, [&](ValueRange at) {
    Value head = arith::DivUIOp::create(g.b, at[1], group);
    Value sum = sumOverKeys([&](Value i) {
      return g.e.mul(element(query, at[0], t, at[1], keySize, i),
                     g.at(state, {at[0], head, i, at[2]}), type);
    });
    return g.e.mul(scale, sum, type);
  });
}

LogicalResult LinearAttention::lower() {
  if (failed(readInputs()))
    return failure();
  Dims shape = {batch, keyHeads, keySize, valueSize};
  Value start;
  if (Tensor past = g.tensor(op.input("past_state"))) {
    for (auto [have, want] : llvm::zip_equal(g.dims(past.value), shape))
      g.requireSame(have, want,
                    "LinearAttention: past_state has another shape");
    start = g.tabulate(shape, type, [&](ValueRange at) {
               return g.e.cast(g.at(past, at), past.element, type);
             }).value;
  } else {
    start = g.filled(shape, type, g.e.constant(0, type)).value;
  }
  Value output = g.empty({batch, tokens, heads, valueSize}, type);
  Dims sizes = {batch, g.fixed(1), heads, valueSize};
  Dims steps(4, g.fixed(1));
  auto done = g.loop(
      g.index(0), g.index(tokens), {start, output},
      [&](Value t, ValueRange carried) -> SmallVector<Value> {
        Tensor state = updated(decayed({carried[0], type}, t), t);
        Dims offsets = {g.fixed(0), t, g.fixed(0), g.fixed(0)};
        Value next = tensor::InsertSliceOp::create(
            g.b, read(state, t).value, carried[1], offsets, sizes, steps);
        return {state.value, next};
      });
  auto finish = [&](StringRef name, Value lowered, Dims dims) {
    if (Value onnx = op.output(name))
      g.set(onnx, g.cast(g.reshape({lowered, type}, dims), g.elementOf(onnx)));
  };
  finish("output", done[1], {batch, tokens, g.mul(heads, valueSize)});
  finish("present_state", done[0], shape);
  return success();
}

} // namespace

LogicalResult llm::onnx::lowerLinearAttention(OnnxOp op, GraphLowering &g) {
  return LinearAttention(op, g).lower();
}
