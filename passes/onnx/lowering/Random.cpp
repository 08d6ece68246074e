//===- Random.cpp - Random numbers from a counter -------------------------===//
//
// The standard leaves the numbers open; here they follow from the seed and an
// element's place alone, so all threads give the same: two rounds of
// SplitMix64's mixing (Steele, Lea and Flood, 2014) of place and seed. A node
// without a seed takes a hash of its name, so that two of them differ and each
// run gives the same numbers.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

class Generator {
public:
  Generator(OnnxOp op, GraphLowering &g) : g(g), i64(g.b.getI64Type()) {
    if (op.operation()->hasAttr("seed")) {
      seed = llvm::bit_cast<uint32_t>(static_cast<float>(op.real("seed")));
      if (auto number = op.operation()->getAttrOfType<IntegerAttr>("seed"))
        seed = number.getInt();
    } else {
      std::string name;
      if (auto loc = dyn_cast<NameLoc>(op.loc()))
        name = loc.getName().str();
      seed = llvm::xxh3_64bits(name);
    }
  }

  /// In [0, 1), for the element at `place` of a tensor of `dims`; streams are
  /// independent of each other.
  Value uniform(ValueRange place, ArrayRef<Dim> dims, Type type,
                uint64_t stream = 0) {
    Value number = g.index(0);
    for (auto [i, dim] : llvm::zip_equal(place, dims))
      number = arith::AddIOp::create(
          g.b, arith::MulIOp::create(g.b, number, g.index(dim)), i);
    constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;
    Value key = mix(constant(seed * kGolden + stream));
    Value step = arith::MulIOp::create(
        g.b, arith::IndexCastOp::create(g.b, i64, number), constant(kGolden));
    Value bits = mix(arith::AddIOp::create(g.b, key, step));
    // As many high bits as the mantissa has.
    unsigned kept = type.isF64() ? 53 : 24;
    Value high = arith::ShRUIOp::create(g.b, bits, constant(64 - kept));
    Value real = arith::UIToFPOp::create(g.b, type, high);
    return g.e.mul(real, g.e.constant(std::ldexp(1.0, -int(kept)), type), type);
  }

  /// Of mean 0 and deviation 1 (Box and Muller).
  Value normal(ValueRange place, ArrayRef<Dim> dims, Type type) {
    Value one = g.e.constant(1, type);
    Value radius = g.e.sub(one, uniform(place, dims, type, 1), type);
    Value turn = uniform(place, dims, type, 2);
    Value log = math::LogOp::create(g.b, radius);
    Value root =
        math::SqrtOp::create(g.b, g.e.mul(log, g.e.constant(-2, type), type));
    Value angle = g.e.mul(turn, g.e.constant(6.283185307179586, type), type);
    return g.e.mul(root, math::CosOp::create(g.b, angle), type);
  }

private:
  Value constant(uint64_t value) {
    return arith::ConstantOp::create(g.b,
                                     g.b.getIntegerAttr(i64, APInt(64, value)));
  }
  Value mix(Value x) {
    auto fold = [&](Value v, uint64_t shift) -> Value {
      return arith::XOrIOp::create(
          g.b, v, arith::ShRUIOp::create(g.b, v, constant(shift)));
    };
    x = arith::MulIOp::create(g.b, fold(x, 30), constant(0xbf58476d1ce4e5b9));
    x = arith::MulIOp::create(g.b, fold(x, 27), constant(0x94d049bb133111eb));
    return fold(x, 31);
  }

  GraphLowering &g;
  Type i64;
  uint64_t seed;
};

/// RandomNormal, RandomUniform and those that take a shape from a tensor.
template <bool normal> LogicalResult lowerRandom(OnnxOp op, GraphLowering &g) {
  Dims dims = op.schema().inputs.empty() ? g.fixed(op.integers("shape"))
                                         : g.dims(g.get(op.input("input")));
  Type result = g.elementOf(op.output("output"));
  Type type = isFloat(result) ? computeType(result) : Type(g.b.getF32Type());
  Generator random(op, g);
  auto attribute = [&](StringRef name, double otherwise) {
    return g.e.constant(op.real(name, otherwise), type);
  };
  g.set(op.output("output"), g.tabulate(dims, result, [&](ValueRange place) {
    Value value;
    if (normal) {
      value = g.e.mul(random.normal(place, dims, type), attribute("scale", 1),
                      type);
      value = g.e.add(value, attribute("mean", 0), type);
    } else {
      Value low = attribute("low", 0);
      Value range = g.e.sub(attribute("high", 1), low, type);
      value = g.e.add(g.e.mul(random.uniform(place, dims, type), range, type),
                      low, type);
    }
    return g.e.cast(value, type, result);
  }));
  return success();
}

LogicalResult lowerBernoulli(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  Type result = g.elementOf(op.output("output")), type = computeType(x.element);
  Dims dims = g.dims(x.value);
  Generator random(op, g);
  g.set(op.output("output"), g.tabulate(dims, result, [&](ValueRange place) {
    Value drawn =
        g.e.less(random.uniform(place, dims, type), g.at(x, place), type);
    return g.e.cast(drawn, g.b.getI1Type(), result);
  }));
  return success();
}

/// Each sample is the class of the largest logarithm plus Gumbel noise.
LogicalResult lowerMultinomial(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  Type result = g.elementOf(op.output("output")), type = computeType(x.element);
  Dims dims = g.dims(x.value);
  Dims drawn = {dims[0], g.fixed(op.integer("sample_size", 1))};
  Dims counted = {drawn[0], drawn[1], dims[1]};
  Generator random(op, g);
  g.set(op.output("output"), g.tabulate(drawn, result, [&](ValueRange place) {
    auto best = g.loop(
        g.index(0), g.index(dims[1]), {g.e.smallest(type), g.index(0)},
        [&](Value c, ValueRange carried) -> SmallVector<Value> {
          Value one = g.e.constant(1, type);
          Value u = g.e.sub(
              one, random.uniform({place[0], place[1], c}, counted, type),
              type);
          Value rate = g.e.neg(math::LogOp::create(g.b, u), type);
          Value noise = g.e.neg(math::LogOp::create(g.b, rate), type);
          Value score = g.e.add(g.at(x, {place[0], c}), noise, type);
          Value better = g.e.less(carried[0], score, type);
          return {g.e.select(better, score, carried[0]),
                  g.e.select(better, c, carried[1])};
        });
    return g.e.fromIndex(best[1], result);
  }));
  return success();
}

/// Without training mode (always, before version 12) the input as it is.
LogicalResult lowerDropout(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("data"));
  Value mask = op.output("mask");
  Value mode = op.version() >= 12 ? op.input("training_mode") : Value();
  Dims dims = g.dims(x.value);
  auto fixed = g.constant(mode);
  if (!mode || (fixed && fixed->isSplat() && !fixed->getSplatValue<bool>())) {
    g.set(op.output("output"), x);
    if (mask) {
      Type type = g.elementOf(mask);
      g.set(mask, g.filled(dims, type, g.e.integer(1, type)));
    }
    return success();
  }
  Type type = computeType(x.element), i1 = g.b.getI1Type();
  Value training = g.scalar(g.tensor(mode)), ratio = g.e.constant(0.5, type);
  if (Value input = op.input("ratio")) {
    Tensor given = g.tensor(input);
    ratio = g.e.cast(g.scalar(given), given.element, type);
  }
  Value one = g.e.constant(1, type), zero = g.e.constant(0, type);
  ratio = g.e.select(training, ratio, zero);
  Value scale = g.e.div(one, g.e.sub(one, ratio, type), type);
  Generator random(op, g);
  Tensor kept = g.tabulate(dims, i1, [&](ValueRange place) {
    return g.e.lessOrEqual(ratio, random.uniform(place, dims, type), type);
  });
  g.set(op.output("output"), g.map({x, kept}, x.element, [&](ValueRange v) {
    return g.e.select(v[1], g.e.mul(v[0], scale, type), zero);
  }));
  g.set(mask, kept);
  return success();
}

} // namespace

void llm::onnx::addRandom(LoweringTable &table) {
  for (const char *name : {"RandomNormal", "RandomNormalLike"})
    table.add(name, lowerRandom<true>);
  for (const char *name : {"RandomUniform", "RandomUniformLike"})
    table.add(name, lowerRandom<false>);
  table.add("Bernoulli", lowerBernoulli);
  table.add("Multinomial", lowerMultinomial);
  table.add("Dropout", lowerDropout, 7);
}
