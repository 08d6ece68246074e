//===- MicrosoftExperts.cpp - Mixtures of experts of com.microsoft --------===//
//
// MoE and QMoE: each row goes to the k experts that its router scores highest.
// Only the weights of those are read.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/PackedBits.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

class Experts {
public:
  Experts(OnnxOp op, GraphLowering &g)
      : op(op), g(g), isQuantized(op.type() == "QMoE") {}
  LogicalResult lower();

private:
  /// A layer of all experts, [experts, outputs, inputs], and what its numbers
  /// mean where they are quantized.
  struct Layer {
    Tensor weights, bias, scales, zeros;
    int64_t bits = 0;
    Dim outputs, inputs;
    explicit operator bool() const { return static_cast<bool>(weights); }
  };

  FailureOr<Layer> read(StringRef name, Dim inputs);
  /// In bodies: one number of the layer.
  Value weightAt(const Layer &layer, Value expert, Value output, Value input);
  /// In bodies: the sum of all inputs' products and the bias.
  Value apply(const Layer &layer, Value expert, Value output,
              llvm::function_ref<Value(Value)> input);
  void route();
  Value activate(Value x);
  /// In bodies: an element between the layers.
  Value inner(ValueRange place);

  OnnxOp op;
  GraphLowering &g;
  bool isQuantized;
  Type type;
  StringRef activation;
  int64_t count = 1, fusion = 0;
  Tensor rows;           ///< [rows, inputs]
  Tensor chosen, shares; ///< [rows, count]: experts, and their shares
  Layer up, down, gate;
  Dim width; ///< between the layers
};

FailureOr<Experts::Layer> Experts::read(StringRef name, Dim inputs) {
  Layer layer;
  auto input = [&](StringRef part) {
    return g.tensor(op.input((name + part).str()));
  };
  layer.weights = input("_experts_weights");
  if (!layer)
    return layer;
  layer.bias = input("_experts_bias");
  layer.inputs = inputs;
  if (layer.weights.rank() != 3)
    return op.operation()->emitError()
           << op.type() << ": weights of rank " << layer.weights.rank()
           << "; accepted: 3";
  Dims sizes = g.dims(layer.weights.value);
  layer.outputs = sizes[1];
  Dim stored = inputs;
  if (isQuantized) {
    layer.scales = input("_scales");
    layer.zeros = input("_zero_points");
    layer.bits = op.integer((name + "_expert_weight_bits").str());
    if (layer.bits == 0)
      layer.bits = op.integer("expert_weight_bits", 4);
    if (layer.bits != 2 && layer.bits != 4 && layer.bits != 8)
      return notSupported(op, "weights of " + Twine(layer.bits) + " bits");
    if (!layer.scales || layer.scales.rank() < 2 || layer.scales.rank() > 3)
      return notSupported(op, "weights without scales of rank 2 or 3");
    stored = g.ceilDiv(g.mul(inputs, g.fixed(layer.bits)), g.fixed(8));
  }
  g.requireSame(sizes[2], stored,
                op.type() + ": weights are not of their inputs' size");
  return layer;
}

Value Experts::weightAt(const Layer &layer, Value expert, Value output,
                        Value input) {
  if (!isQuantized)
    return g.e.cast(g.at(layer.weights, {expert, output, input}),
                    layer.weights.element, type);
  Type wide = g.b.getI32Type();
  Value number =
      unpackBits(g, layer.weights, {expert, output}, input, layer.bits);
  SmallVector<Value> place = {expert, output};
  if (layer.scales.rank() == 3) {
    int64_t block = op.integer("block_size");
    Dim blocks = g.dim(layer.scales.value, 2);
    Dim size = block > 0 ? g.fixed(block) : g.ceilDiv(layer.inputs, blocks);
    place.push_back(
        g.index(g.min(g.floorDiv(input, size), g.sub(blocks, g.fixed(1)))));
  }
  Value zero = g.e.integer(int64_t(1) << (layer.bits - 1), wide);
  if (layer.zeros) {
    SmallVector<Value> row(place);
    Value last = row.pop_back_val();
    zero = unpackBits(g, layer.zeros, row, last, layer.bits);
  }
  Value scale = g.e.cast(g.at(layer.scales, place), layer.scales.element, type);
  return g.e.mul(g.e.cast(g.e.sub(number, zero, wide), wide, type), scale,
                 type);
}

Value Experts::apply(const Layer &layer, Value expert, Value output,
                     llvm::function_ref<Value(Value)> input) {
  Value start = g.e.constant(0, type);
  if (layer.bias)
    start =
        g.e.cast(g.at(layer.bias, {expert, output}), layer.bias.element, type);
  return g.loop(g.index(0), g.index(layer.inputs), start,
                [&](Value i, ValueRange sum) -> SmallVector<Value> {
                  Value product = g.e.mul(
                      input(i), weightAt(layer, expert, output, i), type);
                  return {g.e.add(sum[0], product, type)};
                })[0];
}

void Experts::route() {
  Tensor scores = g.cast(g.tensor(op.input("router_probs")), type);
  Dims sizes = g.dims(scores.value);
  g.requireSame(sizes[0], g.dim(rows.value, 0),
                op.type() + ": not one row of router_probs for each of input");
  g.requireSame(sizes[1], g.dim(up.weights.value, 0),
                op.type() + ": another number of experts in router_probs");
  g.require(g.compare(arith::CmpIPredicate::sge, sizes[1], g.fixed(count)),
            op.type() + ": fewer experts than k");
  Type i64 = g.b.getI64Type();
  Value zero = g.index(0), experts = g.index(sizes[1]);
  // An expert's place is the number of those before it, the first of equals
  // going first.
  Tensor places = g.tabulate(sizes, i64, [&](ValueRange at) {
    Value own = g.at(scores, at);
    return g.loop(
        zero, experts, g.e.integer(0, i64),
        [&](Value other, ValueRange before) -> SmallVector<Value> {
          Value score = g.at(scores, {at[0], other});
          Value isFirst = arith::AndIOp::create(
              g.b, g.e.equal(score, own, type),
              g.compare(arith::CmpIPredicate::slt, other, at[1]));
          Value isBefore =
              arith::OrIOp::create(g.b, g.e.less(own, score, type), isFirst);
          return {g.e.add(before[0], arith::ExtUIOp::create(g.b, i64, isBefore),
                          i64)};
        })[0];
  });
  chosen = g.tabulate({sizes[0], g.fixed(count)}, i64, [&](ValueRange at) {
    Value wanted = g.e.fromIndex(at[1], i64);
    return g.loop(
        zero, experts, g.e.integer(0, i64),
        [&](Value expert, ValueRange found) -> SmallVector<Value> {
          Value is = g.e.equal(g.at(places, {at[0], expert}), wanted, i64);
          return {g.e.select(is, g.e.fromIndex(expert, i64), found[0])};
        })[0];
  });
  auto expertAt = [&](ValueRange at) {
    return g.e.toIndex(g.at(chosen, at), i64);
  };
  if (Tensor given =
          isQuantized ? g.tensor(op.input("router_weights")) : Tensor()) {
    shares = g.tabulate(g.dims(chosen.value), type, [&](ValueRange at) {
      return g.e.cast(g.at(given, {at[0], expertAt(at)}), given.element, type);
    });
    return;
  }
  // Shares of the chosen ones, or of all.
  bool ofChosen = isQuantized || op.integer("normalize_routing_weights");
  Tensor powers = g.tabulate(g.dims(chosen.value), type, [&](ValueRange at) {
    Value top = g.at(scores, {at[0], expertAt({at[0], zero})});
    Value score = g.at(scores, {at[0], expertAt(at)});
    return math::ExpOp::create(g.b, g.e.sub(score, top, type)).getResult();
  });
  Tensor sums = g.tabulate(sizes[0], type, [&](ValueRange at) {
    Value top = g.at(scores, {at[0], expertAt({at[0], zero})});
    return g.loop(zero, ofChosen ? g.index(count) : experts,
                  g.e.constant(0, type),
                  [&](Value i, ValueRange sum) -> SmallVector<Value> {
                    Value power;
                    if (ofChosen)
                      power = g.at(powers, {at[0], i});
                    else
                      power = math::ExpOp::create(
                          g.b, g.e.sub(g.at(scores, {at[0], i}), top, type));
                    return {g.e.add(sum[0], power, type)};
                  })[0];
  });
  shares = g.tabulate(g.dims(chosen.value), type, [&](ValueRange at) {
    return g.e.div(g.at(powers, at), g.at(sums, at[0]), type);
  });
}

/// x / (1 + exp(-rate * x))
static Value gated(GraphLowering &g, Value x, double rate, Type type) {
  Value scaled = g.e.mul(x, g.e.constant(-rate, type), type);
  Value power = math::ExpOp::create(g.b, scaled);
  return g.e.div(x, g.e.add(g.e.constant(1, type), power, type), type);
}

Value Experts::activate(Value x) {
  if (activation == "relu")
    return g.e.max(x, g.e.constant(0, type), type);
  if (activation == "silu")
    return gated(g, x, 1, type);
  if (activation == "gelu") {
    // By the hyperbolic tangent, which is 2 * sigmoid(2 y) - 1.
    Value cube = g.e.mul(x, g.e.mul(x, x, type), type);
    Value y =
        g.e.add(x, g.e.mul(cube, g.e.constant(0.044715, type), type), type);
    Value power = math::ExpOp::create(
        g.b, g.e.mul(y, g.e.constant(-2 * 0.7978845608028654, type), type));
    return g.e.div(x, g.e.add(g.e.constant(1, type), power, type), type);
  }
  return x; // identity
}

Value Experts::inner(ValueRange place) {
  Value row = place[0],
        expert = g.e.toIndex(g.at(chosen, {row, place[1]}), g.b.getI64Type());
  auto input = [&](Value i) {
    return g.e.cast(g.at(rows, {row, i}), rows.element, type);
  };
  auto through = [&](const Layer &layer, Dim output) {
    return apply(layer, expert, g.index(output), input);
  };
  if (activation != "swiglu") {
    Value y = activate(through(up, place[2]));
    return gate ? g.e.mul(y, through(gate, place[2]), type) : y;
  }
  // Gates and linear parts alternate, or follow one another.
  Dim first = place[2], second;
  if (fusion == 1) {
    first = g.mul(place[2], g.fixed(2));
    second = g.add(first, g.fixed(1));
  } else {
    second = g.add(first, width);
  }
  Value opening = through(up, first),
        linear = gate ? through(gate, place[2]) : through(up, second);
  if (op.has("swiglu_limit")) {
    Value most = g.e.constant(op.real("swiglu_limit"), type),
          least = g.e.constant(-op.real("swiglu_limit"), type);
    opening = g.e.min(opening, most, type);
    linear = g.e.max(g.e.min(linear, most, type), least, type);
  }
  linear =
      g.e.add(linear, g.e.constant(op.real("activation_beta"), type), type);
  return g.e.mul(gated(g, opening, op.real("activation_alpha", 1), type),
                 linear, type);
}

LogicalResult Experts::lower() {
  Tensor x = g.tensor(op.input("input"));
  type = computeType(x.element);
  activation = op.string("activation_type", "relu");
  static constexpr StringRef known[] = {"relu", "gelu", "silu", "swiglu",
                                        "identity"};
  if (!llvm::is_contained(known, activation))
    return op.operation()->emitError()
           << op.type() << ": activation_type '" << activation
           << "'; accepted: relu, gelu, silu, swiglu, identity";
  count = op.integer("k", 1);
  fusion = op.integer("swiglu_fusion");
  if (count < 1)
    return op.operation()->emitError() << op.type() << ": k is " << count;
  if (x.rank() != 2 && x.rank() != 3)
    return op.operation()->emitError() << op.type() << ": an input of rank "
                                       << x.rank() << "; accepted: 2 and 3";
  for (StringRef name : {"use_sparse_mixer", "swiglu_limit_after_activation"})
    if (op.integer(name))
      return notSupported(op, name);
  if (isQuantized && op.string("quant_type", "int") != "int")
    return notSupported(op, "quant_type " + op.string("quant_type"));
  Dims shape = g.dims(x.value);
  Dim hidden = shape.back();
  rows = g.reshape(x, {g.product(ArrayRef(shape).drop_back()), hidden});
  auto first = read("fc1", hidden), third = read("fc3", hidden);
  if (failed(first) || failed(third))
    return failure();
  up = *first;
  gate = *third;
  bool isFused = activation == "swiglu" && !gate;
  if (isFused && fusion != 1 && fusion != 2)
    return op.operation()->emitError()
           << op.type() << ": swiglu with swiglu_fusion " << fusion
           << " and without fc3";
  width = isFused ? g.floorDiv(up.outputs, g.fixed(2)) : up.outputs;
  auto second = read("fc2", width);
  if (failed(second))
    return failure();
  down = *second;
  route();
  Tensor between = g.tabulate({g.dim(rows.value, 0), g.fixed(count), width},
                              type, [&](ValueRange at) { return inner(at); });
  Tensor y = g.tabulate(
      {g.dim(rows.value, 0), down.outputs}, x.element, [&](ValueRange at) {
        return g.loop(
            g.index(0), g.index(count), g.e.constant(0, type),
            [&](Value i, ValueRange sum) -> SmallVector<Value> {
              Value expert =
                  g.e.toIndex(g.at(chosen, {at[0], i}), g.b.getI64Type());
              Value part = apply(down, expert, at[1], [&](Value k) {
                return g.at(between, {at[0], i, k});
              });
              Value share = g.at(shares, {at[0], i});
              return {g.e.add(sum[0], g.e.mul(share, part, type), type)};
            })[0];
      });
  shape.back() = down.outputs;
  g.set(op.output("output"), g.reshape(y, shape));
  return success();
}

LogicalResult lowerExperts(OnnxOp op, GraphLowering &g) {
  return Experts(op, g).lower();
}

} // namespace

void llm::onnx::addMicrosoftExperts(LoweringTable &table) {
  table.add("microsoft.MoE", lowerExperts);
  table.add("microsoft.QMoE", lowerExperts);
}
