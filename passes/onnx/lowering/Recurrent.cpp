//===- Recurrent.cpp - LSTM, GRU and RNN ----------------------------------===//

#include "passes/onnx/lowering/Recurrent.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Quantization.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

namespace {

/// The parameters that a function takes, and what they are if nobody says.
struct KnownActivation {
  StringRef name;
  bool hasAlpha, hasBeta;
  double alpha, beta;
};
constexpr KnownActivation kActivations[] = {
    {"Relu", false, false, 0, 0},        {"Tanh", false, false, 0, 0},
    {"Sigmoid", false, false, 0, 0},     {"Softsign", false, false, 0, 0},
    {"Softplus", false, false, 0, 0},    {"Affine", true, true, 1, 0},
    {"LeakyRelu", true, false, 0.01, 0}, {"ThresholdedRelu", true, false, 1, 0},
    {"ScaledTanh", true, true, 1, 1},    {"HardSigmoid", true, true, 0.2, 0.5},
    {"Elu", true, false, 1, 0},
};

} // namespace

Value Activation::operator()(GraphLowering &g, Value x, Type type) const {
  ElementCode &e = g.e;
  auto number = [&](double value) { return e.constant(value, type); };
  auto tanh = [&](Value v) -> Value { return math::TanhOp::create(g.b, v); };
  Value zero = number(0), one = number(1);
  if (name == "Relu")
    return e.max(x, zero, type);
  if (name == "Tanh")
    return tanh(x);
  if (name == "Sigmoid")
    return e.div(
        one, e.add(one, math::ExpOp::create(g.b, e.neg(x, type)), type), type);
  if (name == "Softsign")
    return e.div(x, e.add(one, e.abs(x, type), type), type);
  if (name == "Softplus") {
    Value tail = math::ExpOp::create(g.b, e.neg(e.abs(x, type), type));
    return e.add(e.max(x, zero, type), math::Log1pOp::create(g.b, tail), type);
  }
  if (name == "Affine")
    return e.add(e.mul(number(alpha), x, type), number(beta), type);
  if (name == "LeakyRelu")
    return e.select(e.less(x, zero, type), e.mul(number(alpha), x, type), x);
  if (name == "ThresholdedRelu")
    return e.select(e.less(x, number(alpha), type), zero, x);
  if (name == "ScaledTanh")
    return e.mul(number(alpha), tanh(e.mul(number(beta), x, type)), type);
  if (name == "HardSigmoid") {
    Value line = e.add(e.mul(number(alpha), x, type), number(beta), type);
    return e.max(zero, e.min(one, line, type), type);
  }
  assert(name == "Elu" && "names are looked up when they are read");
  Value below = e.mul(number(alpha), math::ExpM1Op::create(g.b, x), type);
  return e.select(e.less(x, zero, type), below, x);
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Recurrence::Recurrence(OnnxOp op, GraphLowering &g, StringRef kind)
    : gates(kind == "LSTM"  ? 4
            : kind == "GRU" ? 3
                            : 1),
      op(op), g(g), kind(kind) {}

LogicalResult Recurrence::readAttributes() {
  x = g.tensor(op.input("X"));
  if (x.rank() != 3)
    return op.operation()->emitError()
           << op.type() << ": X has rank " << x.rank() << "; expected 3";
  sum = computeType(x.element);
  const Schema &schema = op.schema();
  batchFirst = schema.attribute("layout") && op.integer("layout");
  if (batchFirst)
    x = g.transpose(x, {1, 0, 2});
  Dims sizes = g.dims(x.value);
  time = sizes[0];
  batch = sizes[1];
  inputs = sizes[2];
  linearBeforeReset = schema.attribute("linear_before_reset") &&
                      op.integer("linear_before_reset");
  inputForget = schema.attribute("input_forget") && op.integer("input_forget");
  clipping = op.real("clip");

  StringRef direction = op.string("direction", "forward");
  // The default of GRU's first version is spelt so.
  bool forward = direction == "forward" || direction == "foward";
  if (!forward && direction != "reverse" && direction != "bidirectional")
    return op.operation()->emitError()
           << op.type() << ": direction '" << direction
           << "'; accepted: forward, reverse, bidirectional";
  unsigned count = direction == "bidirectional" ? 2 : 1;

  SmallVector<StringRef> names = op.strings("activations");
  SmallVector<StringRef> usual =
      kind == "LSTM"  ? SmallVector<StringRef>{"Sigmoid", "Tanh", "Tanh"}
      : kind == "GRU" ? SmallVector<StringRef>{"Sigmoid", "Tanh"}
                      : SmallVector<StringRef>{"Tanh"};
  // RNN's default lists two, whatever the direction.
  if (!op.operation()->hasAttr("activations") || names.empty()) {
    names.clear();
    for (unsigned i = 0; i < count; ++i)
      llvm::append_range(names, usual);
  }
  if (names.size() < count * usual.size())
    return op.operation()->emitError()
           << op.type() << ": " << names.size() << " activations; expected "
           << count * usual.size();
  SmallVector<double> alphas = op.reals("activation_alpha"),
                      betas = op.reals("activation_beta");
  size_t nextAlpha = 0, nextBeta = 0;
  for (unsigned i = 0; i < count; ++i) {
    Direction result{};
    result.number = i;
    result.isReverse = direction == "reverse" || i == 1;
    for (unsigned j = 0; j < usual.size(); ++j) {
      StringRef name = names[i * usual.size() + j];
      auto *found =
          llvm::find_if(kActivations, [&](const KnownActivation &known) {
            return known.name.equals_insensitive(name);
          });
      if (found == std::end(kActivations))
        return op.operation()->emitError()
               << op.type() << ": activation '" << name
               << "' is none of the standard's";
      Activation activation{found->name, found->alpha, found->beta};
      // Numbers are given to those that take them, in order.
      if (found->hasAlpha && nextAlpha < alphas.size())
        activation.alpha = alphas[nextAlpha++];
      if (found->hasBeta && nextBeta < betas.size())
        activation.beta = betas[nextBeta++];
      result.activations.push_back(activation);
    }
    directions.push_back(result);
  }
  return success();
}

LogicalResult Recurrence::readDirections() {
  Tensor w = g.tensor(op.input("W")), r = g.tensor(op.input("R")),
         bias = g.tensor(op.input("B"));
  Tensor peepholes;
  if (kind == "LSTM")
    peepholes = g.tensor(op.input("P"));
  if (w.rank() != 3 || r.rank() != 3)
    return op.operation()->emitError()
           << op.type() << ": W and R have ranks " << w.rank() << " and "
           << r.rank() << "; expected 3";
  Dims sizes = g.dims(r.value);
  hidden = sizes[2];
  Dim all = g.mul(g.fixed(gates), hidden);
  auto require = [&](Dim have, Dim want, StringRef what) {
    g.requireSame(have, want, op.type() + ": " + what);
  };
  require(sizes[0], g.fixed(directions.size()),
          "R has another number of directions");
  require(sizes[1], all, "R is not of the gates' size");
  Dims wSizes = g.dims(w.value);
  require(wSizes[0], sizes[0], "W has another number of directions");
  require(wSizes[1], all, "W is not of the gates' size");
  require(wSizes[2], inputs, "W is not of the input's size");
  if (bias) {
    require(g.dim(bias.value, 0), sizes[0],
            "B has another number of directions");
    require(g.dim(bias.value, 1), g.mul(g.fixed(2), all),
            "B is not of the gates' size");
  }
  if (peepholes) {
    require(g.dim(peepholes.value, 0), sizes[0],
            "P has another number of directions");
    require(g.dim(peepholes.value, 1), g.mul(g.fixed(3), hidden),
            "P is not of the gates' size");
  }
  for (Direction &direction : directions) {
    Dim number = g.fixed(direction.number), zero = g.fixed(0), one = g.fixed(1);
    auto matrix = [&](Tensor from, Dim columns) {
      return g.transpose(
          g.part(from, {number, zero, zero}, {one, all, columns}, 1), {1, 0});
    };
    direction.inputWeights = matrix(w, inputs);
    direction.recurrentWeights = matrix(r, hidden);
    if (bias) {
      direction.inputBias = g.part(bias, {number, zero}, {one, all}, 1);
      direction.recurrentBias = g.part(bias, {number, all}, {one, all}, 1);
    }
    if (peepholes)
      direction.peepholes = g.part(peepholes, {number, zero},
                                   {one, g.mul(g.fixed(3), hidden)}, 1);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

/// A direction's first state, [batch, hidden].
Tensor Recurrence::initial(StringRef name, unsigned direction) {
  Tensor given = g.tensor(op.input(name));
  if (!given)
    return g.filled({batch, hidden}, sum, g.e.integer(0, sum));
  Dims sizes = g.dims(given.value);
  if (batchFirst) {
    given = g.transpose(given, {1, 0, 2});
    std::swap(sizes[0], sizes[1]);
  }
  g.requireSame(sizes[1], batch,
                op.type() + ": " + name + " has another batch size than X");
  g.requireSame(sizes[2], hidden,
                op.type() + ": " + name + " is not of the hidden size");
  return g.cast(g.part(given, {g.fixed(direction), g.fixed(0), g.fixed(0)},
                       {g.fixed(1), batch, hidden}, 1),
                sum);
}

/// start + x * weights, of [..., inputs] and [..., gates].
Tensor Recurrence::multiply(Tensor x, const GateWeights &weights, Tensor start,
                            bool eachRow) {
  if (!weights.real) {
    DynamicallyQuantized y = quantizeDynamically(g, x, eachRow);
    Tensor sums = multiplyByteMatrices(
        g, {y.tensor, g.cast(y.zero, g.b.getI32Type())}, weights.bytes);
    return g.map({sums, y.scale, weights.scale, start}, sum, [&](ValueRange v) {
      Value product = g.e.mul(g.e.cast(v[0], sums.element, sum),
                              g.e.mul(v[1], v[2], sum), sum);
      return g.e.add(product, v[3], sum);
    });
  }
  unsigned rank = x.rank();
  auto loop = [&](unsigned i) { return g.b.getAffineDimExpr(i); };
  SmallVector<AffineExpr> places;
  for (unsigned i = 0; i + 1 < rank; ++i)
    places.push_back(loop(i));
  auto map = [&](SmallVector<AffineExpr> exprs, unsigned last) {
    exprs.push_back(loop(last));
    return AffineMap::get(rank + 1, 0, exprs, g.b.getContext());
  };
  return g.fold(
      {x, weights.real}, start,
      {map(places, rank), map({loop(rank)}, rank - 1), map(places, rank - 1)},
      [&](ValueRange v, ValueRange sums) -> SmallVector<Value> {
        return {g.e.add(sums[0], g.e.mul(v[0], v[1], sum), sum)};
      })[0];
}

/// What the inputs of all times give to the gates: [time, batch, G].
Tensor Recurrence::project(const Direction &direction) {
  Dim all = g.mul(g.fixed(gates), hidden);
  Tensor start;
  if (Tensor bias = direction.inputBias) {
    Value split = g.index(g.mul(g.fixed(2), hidden));
    Tensor recurrent = direction.recurrentBias;
    Tensor both = g.tabulate(all, sum, [&](ValueRange place) {
      Value first = g.e.cast(g.at(bias, place), bias.element, sum);
      Value second = g.e.cast(g.at(recurrent, place), recurrent.element, sum);
      if (linearBeforeReset) // there, h's is added before the reset
        second =
            g.e.select(g.compare(arith::CmpIPredicate::ult, place[0], split),
                       second, g.e.integer(0, sum));
      return g.e.add(first, second, sum);
    });
    Tensor like{g.empty({time, batch, all}, g.b.getI1Type()), g.b.getI1Type()};
    start = g.map({both, like}, sum, [](ValueRange v) { return v[0]; });
  } else {
    start = g.filled({time, batch, all}, sum, g.e.integer(0, sum));
  }
  return multiply(x, direction.inputWeights, start, /*eachRow=*/false);
}

Tensor Recurrence::gate(Tensor all, unsigned number, unsigned count) {
  return g.part(all, {g.fixed(0), g.mul(g.fixed(number), hidden)},
                {g.dim(all.value, 0), g.mul(g.fixed(count), hidden)});
}

/// start + state * recurrentWeights, for some of the gates: [batch, ...].
Tensor Recurrence::recur(const Direction &direction, Tensor state, Tensor start,
                         unsigned firstGate, unsigned gateCount) {
  GateWeights weights = direction.recurrentWeights;
  if (gateCount != gates)
    weights.real = gate(weights.real, firstGate, gateCount);
  return multiply(state, weights, start, /*eachRow=*/true);
}

Value Recurrence::clip(Value x) {
  if (clipping <= 0)
    return x;
  return g.e.max(g.e.min(x, g.e.constant(clipping, sum), sum),
                 g.e.constant(-clipping, sum), sum);
}

Recurrence::States Recurrence::stepLSTM(const Direction &direction,
                                        Tensor inputGates, Tensor h, Tensor c) {
  auto [f, gateFunction, output] =
      std::tuple(direction.activations[0], direction.activations[1],
                 direction.activations[2]);
  Tensor all = recur(direction, h, inputGates, 0, 4); // i, o, f, c
  // Peepholes are rows of H elements in the order i, o, f.
  auto peephole = [&](unsigned number) {
    return g.part(direction.peepholes, g.mul(g.fixed(number), hidden), hidden);
  };
  SmallVector<Tensor> operands = {gate(all, 0), gate(all, 2), gate(all, 3), c};
  if (direction.peepholes)
    operands.append({peephole(0), peephole(2)});
  auto seen = [&](Value x, ValueRange operands, size_t number, Value state) {
    if (!direction.peepholes)
      return clip(x);
    return clip(g.e.add(x, g.e.mul(operands[number], state, sum), sum));
  };
  Tensor cell = g.map(operands, sum, [&](ValueRange v) {
    Value in = f(g, seen(v[0], v, 4, v[3]), sum);
    Value forget = inputForget ? g.e.sub(g.e.integer(1, sum), in, sum)
                               : f(g, seen(v[1], v, 5, v[3]), sum);
    Value candidate = gateFunction(g, clip(v[2]), sum);
    return g.e.add(g.e.mul(forget, v[3], sum), g.e.mul(in, candidate, sum),
                   sum);
  });
  operands = {gate(all, 1), cell};
  if (direction.peepholes)
    operands.push_back(peephole(1));
  Tensor state = g.map(operands, sum, [&](ValueRange v) {
    Value out = f(g, seen(v[0], v, 2, v[1]), sum);
    return g.e.mul(out, output(g, v[1], sum), sum);
  });
  return {state, cell};
}

Tensor Recurrence::stepGRU(const Direction &direction, Tensor inputGates,
                           Tensor h) {
  const Activation &f = direction.activations[0],
                   &candidate = direction.activations[1];
  Tensor zr = recur(direction, h, gate(inputGates, 0, 2), 0, 2);
  Tensor z = gate(zr, 0), r = gate(zr, 1), inner = gate(inputGates, 2);
  auto mix = [&](Value z, Value candidate, Value h) {
    Value update = f(g, clip(z), sum);
    Value rest = g.e.sub(g.e.integer(1, sum), update, sum);
    return g.e.add(g.e.mul(rest, candidate, sum), g.e.mul(update, h, sum), sum);
  };
  if (linearBeforeReset) {
    Tensor start;
    if (Tensor bias = direction.recurrentBias) {
      Tensor like{g.empty({batch, hidden}, g.b.getI1Type()), g.b.getI1Type()};
      start = g.map({g.part(bias, g.mul(g.fixed(2), hidden), hidden), like},
                    sum, [](ValueRange v) { return v[0]; });
    } else {
      start = g.filled({batch, hidden}, sum, g.e.integer(0, sum));
    }
    Tensor linear = recur(direction, h, start, 2, 1);
    return g.map({z, r, inner, linear, h}, sum, [&](ValueRange v) {
      Value reset = f(g, clip(v[1]), sum);
      Value x = g.e.add(v[2], g.e.mul(reset, v[3], sum), sum);
      return mix(v[0], candidate(g, clip(x), sum), v[4]);
    });
  }
  Tensor reset = g.map({r, h}, sum, [&](ValueRange v) {
    return g.e.mul(f(g, clip(v[0]), sum), v[1], sum);
  });
  Tensor both = recur(direction, reset, inner, 2, 1);
  return g.map({z, both, h}, sum, [&](ValueRange v) {
    return mix(v[0], candidate(g, clip(v[1]), sum), v[2]);
  });
}

Recurrence::States Recurrence::step(const Direction &direction,
                                    Tensor inputGates, const States &states) {
  if (kind == "LSTM")
    return stepLSTM(direction, inputGates, states[0], states[1]);
  if (kind == "GRU")
    return {stepGRU(direction, inputGates, states[0])};
  Tensor all = recur(direction, states[0], inputGates, 0, 1);
  return {g.map(all, sum, [&](ValueRange v) {
    return direction.activations[0](g, clip(v[0]), sum);
  })};
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

LogicalResult Recurrence::run() {
  Type type = x.element;
  Tensor lengths = g.tensor(op.input("sequence_lens"));
  if (lengths)
    g.requireSame(g.dim(lengths.value, 0), batch,
                  op.type() + ": sequence_lens has another batch size than X");
  Dim count = g.fixed(directions.size()), zero = g.fixed(0);
  Value y;
  if (op.output("Y"))
    y = g.empty({time, count, batch, hidden}, storageType(type));
  unsigned stateCount = kind == "LSTM" ? 2 : 1;
  SmallVector<Tensor> finals;
  for (unsigned i = 0; i < stateCount; ++i)
    finals.push_back(
        {g.empty({count, batch, hidden}, storageType(type)), type});

  for (const Direction &direction : directions) {
    Tensor projected = project(direction);
    Dim all = g.mul(g.fixed(gates), hidden);
    SmallVector<Value> carried = {initial("initial_h", direction.number).value};
    if (stateCount == 2)
      carried.push_back(initial("initial_c", direction.number).value);
    if (y)
      carried.push_back(y);
    auto body = [&](Value iv, ValueRange before) -> SmallVector<Value> {
      Dim now =
          direction.isReverse ? g.sub(g.sub(time, g.fixed(1)), iv) : Dim(iv);
      Tensor slice =
          g.part(projected, {now, zero, zero}, {g.fixed(1), batch, all}, 1);
      States states;
      for (unsigned i = 0; i < stateCount; ++i)
        states.push_back({before[i], sum});
      States after = step(direction, slice, states);
      Tensor shown = after[0];
      if (lengths) {
        // What lies behind a sequence's end leaves its states alone.
        Tensor row = g.reshape(lengths, {batch, g.fixed(1)});
        Value step = g.index(now);
        auto choose = [&](Tensor yes, Tensor no) {
          return g.map({row, yes, no}, sum, [&](ValueRange v) {
            Value inside = g.compare(arith::CmpIPredicate::slt, step,
                                     g.e.toIndex(v[0], lengths.element));
            return g.e.select(inside, v[1], v[2]);
          });
        };
        Tensor none{arith::ConstantOp::create(
                        g.b, DenseElementsAttr::get(
                                 RankedTensorType::get({1}, sum),
                                 g.b.getFloatAttr(sum, 0).getValue())),
                    sum};
        shown = choose(after[0], none);
        for (unsigned i = 0; i < stateCount; ++i)
          after[i] = choose(after[i], states[i]);
      }
      SmallVector<Value> next;
      for (Tensor state : after)
        next.push_back(state.value);
      if (y)
        next.push_back(g.overwrite({before.back(), type}, g.cast(shown, type),
                                   {now, g.fixed(direction.number), zero, zero})
                           .value);
      return next;
    };
    SmallVector<Value> after = g.loop(g.index(0), g.index(time), carried, body);
    if (y)
      y = after.back();
    for (unsigned i = 0; i < stateCount; ++i)
      finals[i] = g.overwrite(finals[i], g.cast(Tensor{after[i], sum}, type),
                              {g.fixed(direction.number), zero, zero});
  }
  auto put = [&](StringRef name, Tensor value, ArrayRef<int64_t> permutation) {
    if (op.output(name))
      g.set(op.output(name),
            batchFirst ? g.transpose(value, permutation) : value);
  };
  if (y)
    put("Y", {y, type}, {2, 0, 1, 3});
  put("Y_h", finals[0], {1, 0, 2});
  if (stateCount == 2)
    put("Y_c", finals[1], {1, 0, 2});
  return success();
}

static LogicalResult lowerRecurrent(OnnxOp op, GraphLowering &g) {
  Recurrence layer(op, g, op.type());
  return success(succeeded(layer.readAttributes()) &&
                 succeeded(layer.readDirections()) && succeeded(layer.run()));
}

void llm::onnx::addRecurrent(LoweringTable &table) {
  for (const char *name : {"LSTM", "GRU", "RNN"})
    table.add(name, lowerRecurrent);
}
