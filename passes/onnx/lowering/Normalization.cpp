//===- Normalization.cpp - Ops that normalize by mean and variance --------===//
//
// Statistics are kept in f32 (f64 for f64), variances summed over what is left
// when the mean is taken away. What comes out is rounded once.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

/// Means along axes, which stay with size 1.
class Statistics {
public:
  Statistics(GraphLowering &g, Tensor x, ArrayRef<int64_t> axes)
      : g(g), x(x), axes(axes), type(computeType(x.element)) {
    Dim size = g.fixed(1);
    for (int64_t axis : axes)
      size = g.mul(size, g.dim(x.value, axis));
    count = g.e.fromIndex(g.index(size), type);
  }

  Tensor mean() {
    Tensor sums = sum(x, [](Value next) { return next; });
    return g.map(sums, type,
                 [&](ValueRange v) { return g.e.div(v[0], count, type); });
  }
  Tensor centered(Tensor mean) {
    return g.map({x, mean}, type, [&](ValueRange v) {
      return g.e.sub(g.e.cast(v[0], x.element, type), v[1], type);
    });
  }
  Tensor meanSquare(Tensor from) {
    Tensor sums =
        sum(from, [&](Value next) { return g.e.mul(next, next, type); });
    return g.map(sums, type,
                 [&](ValueRange v) { return g.e.div(v[0], count, type); });
  }
  Tensor inverseRoot(Tensor variance, double epsilon) {
    return g.map(variance, type, [&](ValueRange v) {
      Value positive = g.e.add(v[0], g.e.constant(epsilon, type), type);
      Value root = math::SqrtOp::create(g.b, positive);
      return g.e.div(g.e.constant(1, type), root, type);
    });
  }

  Tensor sum(Tensor from, llvm::function_ref<Value(Value)> term) {
    return g.reduce(
        from, axes, true, type, g.e.constant(0, type),
        [&](Value all, Value next) { return g.e.add(all, term(next), type); });
  }

  GraphLowering &g;
  Tensor x;
  SmallVector<int64_t> axes;
  Type type;
  Value count;
};

/// x * scale [* more] + bias, all broadcast; `scale` and `bias` may be null.
Tensor scaleAndShift(GraphLowering &g, ArrayRef<Tensor> factors, Tensor bias,
                     Type type, Type result) {
  SmallVector<Tensor> inputs(factors);
  if (bias)
    inputs.push_back(bias);
  return g.map(inputs, result, [&](ValueRange v) {
    Value product;
    for (size_t i = 0; i < factors.size(); ++i) {
      Value factor = g.e.cast(v[i], factors[i].element, type);
      product = product ? g.e.mul(product, factor, type) : factor;
    }
    if (bias)
      product = g.e.add(product, g.e.cast(v.back(), bias.element, type), type);
    return g.e.cast(product, type, result);
  });
}

FailureOr<SmallVector<int64_t>> axesFrom(OnnxOp op, Tensor x) {
  FailureOr<int64_t> axis = normalizeAxis(op, op.integer("axis", -1), x.rank());
  if (failed(axis))
    return failure();
  return llvm::to_vector(llvm::seq(*axis, x.rank()));
}

LogicalResult lowerLayerNormalization(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  FailureOr<SmallVector<int64_t>> axes = axesFrom(op, x);
  if (failed(axes))
    return failure();
  Statistics along(g, x, *axes);
  Tensor mean = along.mean();
  Tensor centered = along.centered(mean);
  Tensor inverse =
      along.inverseRoot(along.meanSquare(centered), op.real("epsilon", 1e-5));
  g.set(op.output("Y"),
        scaleAndShift(g, {centered, inverse, g.tensor(op.input("Scale"))},
                      g.tensor(op.input("B")), along.type, x.element));
  for (auto [name, value] : {std::pair("Mean", mean), {"InvStdDev", inverse}})
    if (Value output = op.output(name))
      g.set(output, g.cast(value, g.elementOf(output)));
  return success();
}

LogicalResult lowerRMSNormalization(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  FailureOr<SmallVector<int64_t>> axes = axesFrom(op, x);
  if (failed(axes))
    return failure();
  Statistics along(g, x, *axes);
  Tensor inverse =
      along.inverseRoot(along.meanSquare(x), op.real("epsilon", 1e-5));
  Tensor scale = g.tensor(op.input("scale"));
  Value output = op.output("Y");
  g.set(output, scaleAndShift(g, {x, inverse, scale}, {}, along.type,
                              g.elementOf(output)));
  return success();
}

/// A parameter of one number a channel, for the channels in dimension 1 of x.
Tensor alongChannels(GraphLowering &g, Tensor parameter, Tensor x) {
  if (parameter.rank() != 1 || x.rank() < 2)
    return parameter;
  Dims to = {g.dim(parameter.value, 0)};
  to.append(x.rank() - 2, g.fixed(1));
  return g.reshape(parameter, to);
}

LogicalResult lowerBatchNormalization(OnnxOp op, GraphLowering &g) {
  bool isNew = op.version() >= 14;
  Tensor x = g.tensor(op.input("X"));
  Tensor mean = g.tensor(op.input(isNew ? "input_mean" : "mean")),
         variance = g.tensor(op.input(isNew ? "input_var" : "var"));
  // From version 7 to 13 training shows in the outputs that somebody reads.
  bool training;
  if (isNew)
    training = op.integer("training_mode");
  else if (op.version() < 7)
    training = !op.integer("is_test");
  else
    training = op.output("mean") || op.output("var") ||
               op.output("saved_mean") || op.output("saved_var");
  Type type = computeType(x.element);
  double epsilon = op.real("epsilon", 1e-5),
         momentum = op.real("momentum", 0.9);
  if (!isNew && !op.integer("spatial", 1) && training)
    return notSupported(op, "training without spatial statistics");
  if (training) {
    SmallVector<int64_t> axes;
    for (int64_t i = 0; i < x.rank(); ++i)
      if (i != 1)
        axes.push_back(i);
    Statistics along(g, x, axes);
    Tensor kept = along.mean();
    Tensor square = along.meanSquare(along.centered(kept));
    auto perChannel = [&](Tensor value, Tensor like) {
      return g.reshape(value, g.dims(like.value));
    };
    auto running = [&](StringRef name, Tensor before, Tensor now) {
      if (Value output = op.output(name))
        g.set(output,
              g.map({before, perChannel(now, before)}, g.elementOf(output),
                    [&](ValueRange v) {
                      Value old = g.e.mul(g.e.cast(v[0], before.element, type),
                                          g.e.constant(momentum, type), type);
                      Value fresh =
                          g.e.mul(v[1], g.e.constant(1 - momentum, type), type);
                      return g.e.cast(g.e.add(old, fresh, type), type,
                                      g.elementOf(output));
                    }));
    };
    running(isNew ? "running_mean" : "mean", mean, kept);
    running(isNew ? "running_var" : "var", variance, square);
    if (!isNew) {
      if (Value output = op.output("saved_mean"))
        g.set(output, g.cast(perChannel(kept, mean), g.elementOf(output)));
      if (Value output = op.output("saved_var"))
        g.set(output,
              g.cast(perChannel(square, variance), g.elementOf(output)));
    }
    mean = perChannel(kept, mean);
    variance = perChannel(square, variance);
  }
  // One factor and one summand a channel.
  Tensor scale = g.tensor(op.input("scale")), bias = g.tensor(op.input("B"));
  auto wide = [&](Tensor t) { return g.cast(t, type); };
  Tensor factor = g.map({wide(scale), wide(variance)}, type, [&](ValueRange v) {
    Value positive = g.e.add(v[1], g.e.constant(epsilon, type), type);
    return g.e.div(v[0], math::SqrtOp::create(g.b, positive), type);
  });
  Tensor summand =
      g.map({wide(bias), wide(mean), factor}, type, [&](ValueRange v) {
        return g.e.sub(v[0], g.e.mul(v[1], v[2], type), type);
      });
  g.set(op.output("Y"),
        scaleAndShift(g, {x, alongChannels(g, factor, x)},
                      alongChannels(g, summand, x), type, x.element));
  return success();
}

LogicalResult lowerInstanceNormalization(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(2, x.rank()));
  Statistics along(g, x, axes);
  Tensor centered = along.centered(along.mean());
  Tensor inverse =
      along.inverseRoot(along.meanSquare(centered), op.real("epsilon", 1e-5));
  Tensor scale = alongChannels(g, g.tensor(op.input("scale")), x),
         bias = alongChannels(g, g.tensor(op.input("B")), x);
  g.set(op.output("output"), scaleAndShift(g, {centered, inverse, scale}, bias,
                                           along.type, x.element));
  return success();
}

/// Groups of channels; scales are one a group before version 21, one a channel
/// since.
LogicalResult lowerGroupNormalization(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), scale = g.tensor(op.input("scale")),
         bias = g.tensor(op.input("bias"));
  Dims dims = g.dims(x.value);
  Dim groups = g.fixed(op.integer("num_groups"));
  Dim channels = g.floorDiv(dims[1], groups);
  g.requireSame(g.mul(channels, groups), dims[1],
                "GroupNormalization: the channels do not divide into groups");
  Dim inner = g.product(ArrayRef(dims).drop_front(2));
  Dims shape = {dims[0], groups, channels, inner};
  Tensor grouped = g.reshape(x, shape);
  Statistics along(g, grouped, {2, 3});
  Tensor centered = along.centered(along.mean());
  Tensor inverse =
      along.inverseRoot(along.meanSquare(centered), op.real("epsilon", 1e-5));
  Dims parameter = {groups, op.version() < 21 ? g.fixed(1) : channels,
                    g.fixed(1)};
  auto place = [&](Tensor t) {
    g.requireSame(g.dim(t.value, 0), g.mul(parameter[0], parameter[1]),
                  "GroupNormalization: scale or bias has another size");
    return g.reshape(t, parameter);
  };
  Tensor result = scaleAndShift(g, {centered, inverse, place(scale)},
                                place(bias), along.type, x.element);
  g.set(op.output("Y"), g.reshape(result, dims));
  return success();
}

/// By the sum of sizes or the root of squares; what is all zeros stays.
LogicalResult lowerLpNormalization(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  FailureOr<int64_t> axis = normalizeAxis(op, op.integer("axis", -1), x.rank());
  if (failed(axis))
    return failure();
  int64_t p = op.integer("p", 2);
  if (p != 1 && p != 2)
    return op.operation()->emitError()
           << "LpNormalization: p = " << p << "; accepted: 1 and 2";
  Statistics along(g, x, {*axis});
  Type type = along.type;
  Tensor sums = along.sum(x, [&](Value next) {
    return p == 1 ? g.e.abs(next, type) : g.e.mul(next, next, type);
  });
  g.set(op.output("output"), g.map({x, sums}, x.element, [&](ValueRange v) {
    Value norm = v[1], zero = g.e.constant(0, type);
    if (p == 2)
      norm = math::SqrtOp::create(g.b, norm);
    Value quotient = g.e.div(g.e.cast(v[0], x.element, type), norm, type);
    Value isZero = g.e.equal(norm, zero, type);
    return g.e.cast(g.e.select(isZero, zero, quotient), type, x.element);
  }));
  return success();
}

/// Mean 0 and deviation 1 along axes, with the function body's 1e-9.
LogicalResult lowerMeanVarianceNormalization(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  FailureOr<SmallVector<int64_t>> axes =
      normalizeAxes(op, op.integers("axes"), x.rank());
  if (failed(axes))
    return failure();
  llvm::sort(*axes);
  Statistics along(g, x, *axes);
  Type type = along.type;
  Tensor centered = along.centered(along.mean());
  Tensor variance = along.meanSquare(centered);
  g.set(op.output("Y"),
        g.map({centered, variance}, x.element, [&](ValueRange v) {
          Value deviation = g.e.add(math::SqrtOp::create(g.b, v[1]),
                                    g.e.constant(1e-9, type), type);
          return g.e.cast(g.e.div(v[0], deviation, type), type, x.element);
        }));
  return success();
}

/// Divides by a power of the squares of `size` channels around each.
LogicalResult lowerLRN(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  if (x.rank() < 2)
    return op.operation()->emitError()
           << "LRN: an input of rank " << x.rank() << "; accepted: 2 and more";
  int64_t size = op.integer("size");
  Type type = computeType(x.element);
  Dims dims = g.dims(x.value);
  Value channels = g.index(dims[1]), zero = g.index(0);
  Value before = g.index((size - 1) / 2),
        after = g.index(size - (size - 1) / 2);
  g.set(op.output("Y"), g.tabulate(dims, x.element, [&](ValueRange place) {
    Value first = arith::SubIOp::create(g.b, place[1], before);
    first = arith::MaxSIOp::create(g.b, first, zero);
    Value end = arith::MinSIOp::create(
        g.b, arith::AddIOp::create(g.b, place[1], after), channels);
    SmallVector<Value> source = llvm::to_vector_of<Value>(place);
    Value squares = g.loop(
        first, end, g.e.constant(0, type), [&](Value c, ValueRange sums) {
          source[1] = c;
          Value next = g.e.cast(g.at(x, source), x.element, type);
          return SmallVector<Value>{
              g.e.add(sums[0], g.e.mul(next, next, type), type)};
        })[0];
    double alpha = op.real("alpha", 1e-4) / size;
    Value base =
        g.e.add(g.e.constant(op.real("bias", 1), type),
                g.e.mul(g.e.constant(alpha, type), squares, type), type);
    Value power = math::PowFOp::create(
        g.b, base, g.e.constant(op.real("beta", 0.75), type));
    Value own = g.e.cast(g.at(x, place), x.element, type);
    return g.e.cast(g.e.div(own, power, type), type, x.element);
  }));
  return success();
}

} // namespace

void llm::onnx::addNormalization(LoweringTable &table) {
  table.add("LayerNormalization", lowerLayerNormalization);
  table.add("RMSNormalization", lowerRMSNormalization);
  table.add("BatchNormalization", lowerBatchNormalization);
  table.add("InstanceNormalization", lowerInstanceNormalization);
  table.add("GroupNormalization", lowerGroupNormalization);
  table.add("LpNormalization", lowerLpNormalization);
  table.add("MeanVarianceNormalization", lowerMeanVarianceNormalization);
  table.add("LRN", lowerLRN);
}
