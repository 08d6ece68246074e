//===- Elementwise.cpp - Ops that go element by element -------------------===//
//
// Arithmetic, comparisons, logic, activations and casts. Inputs broadcast by
// NumPy's rules; versions before 7, whose `axis` says where B lies in A, too.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Text.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

/// What an op of two elements computes.
using Binary = Value (ElementCode::*)(Value, Value, Type);

/// The second input of an op of opset 1 to 6, put below the right dimensions.
Tensor placeOldBroadcast(OnnxOp op, GraphLowering &g, Tensor a, Tensor c) {
  if (op.version() >= 7 || !op.schema().attribute("axis") ||
      !op.operation()->hasAttr("axis"))
    return c;
  int64_t axis = op.integer("axis");
  if (axis < 0)
    axis += a.rank();
  Dims shape = g.dims(c.value);
  while (static_cast<int64_t>(shape.size()) + axis < a.rank())
    shape.push_back(g.fixed(1));
  return g.reshape(c, shape);
}

template <Binary body>
LogicalResult lowerBinary(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A"));
  Tensor c = placeOldBroadcast(op, g, a, g.tensor(op.input("B")));
  g.set(op.output("C"), g.map({a, c}, a.element, [&](ValueRange x) {
    return (g.e.*body)(x[0], x[1], a.element);
  }));
  return success();
}

enum class Compare { Equal, Less, LessOrEqual, Greater, GreaterOrEqual };

template <Compare kind>
LogicalResult lowerCompare(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A"));
  Tensor c = placeOldBroadcast(op, g, a, g.tensor(op.input("B")));
  g.set(op.output("C"), g.map({a, c}, g.b.getI1Type(), [&](ValueRange x) {
    switch (kind) {
    case Compare::Equal:
      if (isString(a.element))
        return textIsEqual(g, x[0], x[1]);
      return g.e.equal(x[0], x[1], a.element);
    case Compare::Less:
      return g.e.less(x[0], x[1], a.element);
    case Compare::LessOrEqual:
      return g.e.lessOrEqual(x[0], x[1], a.element);
    case Compare::Greater:
      return g.e.less(x[1], x[0], a.element);
    case Compare::GreaterOrEqual:
      return g.e.lessOrEqual(x[1], x[0], a.element);
    }
    llvm_unreachable("every kind has a case");
  }));
  return success();
}

/// And, Or, Xor, on bools and on the bits of integers.
template <typename Op>
LogicalResult lowerBitwise(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A"));
  Tensor c = placeOldBroadcast(op, g, a, g.tensor(op.input("B")));
  g.set(op.output("C"), g.map({a, c}, a.element, [&](ValueRange x) {
    return Op::create(g.b, x[0], x[1]).getResult();
  }));
  return success();
}

LogicalResult lowerNot(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  g.set(op.output("Y"), g.map(x, x.element, [&](ValueRange v) {
    return arith::XOrIOp::create(g.b, v[0], g.e.integer(-1, x.element))
        .getResult();
  }));
  return success();
}

LogicalResult lowerBitShift(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), y = g.tensor(op.input("Y"));
  bool left = op.string("direction") == "LEFT";
  unsigned bits = cast<IntegerType>(x.element).getWidth();
  g.set(op.output("Z"), g.map({x, y}, x.element, [&](ValueRange v) {
    // Shifts by the width or more, or by less than 0, leave zeros or copies of
    // the sign, where LLVM leaves anything.
    Value width = g.e.integer(bits, x.element);
    Value inside = arith::CmpIOp::create(g.b, arith::CmpIPredicate::ult, v[1],
                                         width);
    Value by = g.e.select(inside, v[1], g.e.integer(bits - 1, x.element));
    if (!left && !isUnsigned(x.element))
      return arith::ShRSIOp::create(g.b, v[0], by).getResult();
    Value shifted = left ? arith::ShLIOp::create(g.b, v[0], by).getResult()
                         : arith::ShRUIOp::create(g.b, v[0], by).getResult();
    return g.e.select(inside, shifted, g.e.integer(0, x.element));
  }));
  return success();
}

LogicalResult lowerMod(OnnxOp op, GraphLowering &g) {
  Tensor a = g.tensor(op.input("A")), c = g.tensor(op.input("B"));
  Type type = a.element;
  bool likeC = op.integer("fmod") || isUnsigned(type);
  g.set(op.output("C"), g.map({a, c}, type, [&](ValueRange x) {
    Value rest = g.e.rem(x[0], x[1], type);
    if (likeC)
      return rest;
    // Python's: of the divisor's sign.
    Value zero = g.e.integer(0, type);
    Value differs = arith::CmpIOp::create(
        g.b, arith::CmpIPredicate::ne, g.e.less(rest, zero, type),
        g.e.less(x[1], zero, type));
    Value isZero = g.e.equal(rest, zero, type);
    return g.e.select(isZero, rest,
                      g.e.select(differs, g.e.add(rest, x[1], type), rest));
  }));
  return success();
}

LogicalResult lowerPow(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), y = g.tensor(op.input("Y"));
  Type type = x.element;
  auto number = g.constantReal(op.input("Y"));
  g.set(op.output("Z"), g.map({x, y}, type, [&](ValueRange v) {
    Type real = isFloat(type) ? type : Type(g.b.getF64Type());
    Value base = g.e.cast(v[0], type, real);
    if (number && *number == 2)
      return g.e.mul(v[0], v[0], type);
    if (number && *number == 3)
      return g.e.mul(g.e.mul(v[0], v[0], type), v[0], type);
    if (number && *number == 0.5 && isFloat(type))
      return math::SqrtOp::create(g.b, base).getResult();
    Value power = math::PowFOp::create(g.b, base,
                                       g.e.cast(v[1], y.element, real));
    return g.e.cast(power, real, type);
  }));
  return success();
}

/// Max, Min, Sum and Mean of any number of inputs.
template <Binary body>
LogicalResult lowerFold(OnnxOp op, GraphLowering &g) {
  SmallVector<Tensor> inputs;
  for (Value value : op.operation()->getOperands())
    inputs.push_back(g.tensor(value));
  Type type = inputs[0].element;
  bool mean = op.type() == "Mean";
  g.set(op.operation()->getResult(0),
        g.map(inputs, type, [&](ValueRange x) {
          Value result = x[0];
          for (Value next : x.drop_front())
            result = (g.e.*body)(result, next, type);
          return mean ? g.e.div(result, g.e.constant(x.size(), type), type)
                      : result;
        }));
  return success();
}

LogicalResult lowerWhere(OnnxOp op, GraphLowering &g) {
  Tensor condition = g.tensor(op.input("condition")),
         x = g.tensor(op.input("X")), y = g.tensor(op.input("Y"));
  g.set(op.output("output"),
        g.map({condition, x, y}, x.element, [&](ValueRange v) {
          return g.e.select(v[0], v[1], v[2]);
        }));
  return success();
}

/// Clip: bounds are inputs from version 11 on, attributes before.
LogicalResult lowerClip(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  Type type = x.element;
  SmallVector<Tensor> inputs = {x};
  Tensor low, high;
  if (op.version() >= 11) {
    low = g.tensor(op.input("min"));
    high = g.tensor(op.input("max"));
    for (Tensor bound : {low, high})
      if (bound)
        inputs.push_back(bound);
  }
  g.set(op.output("output"), g.map(inputs, type, [&](ValueRange v) {
    Value result = v[0];
    size_t next = 1;
    auto limit = [&](Tensor bound, StringRef attribute) -> Value {
      if (bound)
        return v[next++];
      if (op.version() < 11 && op.has(attribute))
        return g.e.constant(op.real(attribute), type);
      return {};
    };
    if (Value bound = limit(low, "min"))
      result = g.e.max(result, bound, type);
    if (Value bound = limit(high, "max"))
      result = g.e.min(result, bound, type);
    return result;
  }));
  return success();
}

LogicalResult lowerCast(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  Type to = g.elementOf(op.output("output"));
  if (isString(x.element) != isString(to))
    return notSupported(op, "casts from and to strings");
  bool saturate =
      !op.schema().attribute("saturate") || op.integer("saturate", 1);
  StringRef roundMode = op.schema().attribute("round_mode")
                            ? op.string("round_mode", "up")
                            : "up";
  if (auto elements = g.elements(op.input("input"));
      elements && to.isInteger(64))
    g.setElements(op.output("output"), *elements, x.rank());
  else
    g.set(op.output("output"), g.map(x, to, [&](ValueRange v) {
      return g.e.cast(v[0], x.element, to, saturate, roundMode);
    }));
  return success();
}

//===----------------------------------------------------------------------===//
// Of one input
//===----------------------------------------------------------------------===//

/// What a function of one element is written with; attributes by name.
struct Unary {
  OnnxOp op;
  GraphLowering &g;
  Type type;

  Value number(double value) { return g.e.constant(value, type); }
  Value attribute(StringRef name) { return number(op.real(name)); }
  Value add(Value x, Value y) { return g.e.add(x, y, type); }
  Value sub(Value x, Value y) { return g.e.sub(x, y, type); }
  Value mul(Value x, Value y) { return g.e.mul(x, y, type); }
  Value div(Value x, Value y) { return g.e.div(x, y, type); }
  Value neg(Value x) { return g.e.neg(x, type); }
  Value abs(Value x) { return g.e.abs(x, type); }
  Value max(Value x, Value y) { return g.e.max(x, y, type); }
  Value min(Value x, Value y) { return g.e.min(x, y, type); }
  Value less(Value x, Value y) { return g.e.less(x, y, type); }
  Value select(Value c, Value x, Value y) { return g.e.select(c, x, y); }
  Value isNegative(Value x) { return less(x, number(0)); }
  template <typename Op> Value make(Value x) { return Op::create(g.b, x); }
  Value exp(Value x) { return make<math::ExpOp>(x); }
  Value expm1(Value x) { return make<math::ExpM1Op>(x); }
  Value log(Value x) { return make<math::LogOp>(x); }
  Value tanh(Value x) { return make<math::TanhOp>(x); }
  Value erf(Value x) { return make<math::ErfOp>(x); }
  Value sigmoid(Value x) {
    return div(number(1), add(number(1), exp(neg(x))));
  }
  /// log(1 + exp(x)), without overflow.
  Value softplus(Value x) {
    Value tail = make<math::Log1pOp>(exp(neg(abs(x))));
    return add(max(x, number(0)), tail);
  }
};

using UnaryBody = Value (*)(Unary &, Value);

template <UnaryBody body>
LogicalResult lowerUnary(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.operation()->getOperand(0));
  Unary unary{op, g, x.element};
  g.set(op.operation()->getResult(0), g.map(x, x.element, [&](ValueRange v) {
    return body(unary, v[0]);
  }));
  return success();
}

template <typename Op> Value mathOp(Unary &u, Value x) {
  return u.make<Op>(x);
}

template <UnaryBody body>
LogicalResult lowerTest(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Unary unary{op, g, x.element};
  g.set(op.output("Y"), g.map(x, g.b.getI1Type(), [&](ValueRange v) {
    return body(unary, v[0]);
  }));
  return success();
}

Value isNaN(Unary &u, Value x) {
  return arith::CmpFOp::create(u.g.b, arith::CmpFPredicate::UNO, x, x);
}
Value isInf(Unary &u, Value x) {
  Value result = arith::ConstantIntOp::create(u.g.b, u.g.b.getI1Type(), 0);
  auto test = [&](StringRef attribute, Value bound) {
    if (u.op.integer(attribute, 1))
      result = arith::OrIOp::create(u.g.b, result,
                                    u.g.e.equal(x, bound, u.type));
  };
  test("detect_positive", u.g.e.largest(u.type));
  test("detect_negative", u.g.e.smallest(u.type));
  return result;
}

LogicalResult lowerPRelu(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), slope = g.tensor(op.input("slope"));
  // Before version 7: one slope a channel.
  if (op.version() < 7 && slope.rank() == 1 && x.rank() > 1) {
    Dims shape = {g.dim(slope.value, 0)};
    shape.append(x.rank() - 2, g.fixed(1));
    slope = g.reshape(slope, shape);
  }
  Type type = x.element;
  g.set(op.output("Y"), g.map({x, slope}, type, [&](ValueRange v) {
    Value negative = g.e.less(v[0], g.e.constant(0, type), type);
    return g.e.select(negative, g.e.mul(v[0], v[1], type), v[0]);
  }));
  return success();
}

Value relu(Unary &u, Value x) { return u.max(x, u.number(0)); }
Value leakyRelu(Unary &u, Value x) {
  return u.select(u.isNegative(x), u.mul(u.attribute("alpha"), x), x);
}
Value thresholdedRelu(Unary &u, Value x) {
  return u.select(u.less(u.attribute("alpha"), x), x, u.number(0));
}
Value elu(Unary &u, Value x) {
  return u.select(u.isNegative(x), u.mul(u.attribute("alpha"), u.expm1(x)), x);
}
Value selu(Unary &u, Value x) {
  Value negative = u.mul(u.attribute("alpha"), u.expm1(x));
  return u.mul(u.attribute("gamma"),
               u.select(u.isNegative(x), negative, x));
}
Value celu(Unary &u, Value x) {
  Value alpha = u.attribute("alpha"), zero = u.number(0);
  Value negative = u.mul(alpha, u.expm1(u.div(x, alpha)));
  return u.add(u.max(x, zero), u.min(negative, zero));
}
Value gelu(Unary &u, Value x) {
  Value half = u.mul(u.number(0.5), x), inner;
  if (u.op.string("approximate") == "tanh") {
    Value cube = u.mul(u.mul(x, x), x);
    inner = u.tanh(u.mul(u.number(0.7978845608028654),
                         u.add(x, u.mul(u.number(0.044715), cube))));
  } else {
    inner = u.erf(u.mul(x, u.number(0.7071067811865476)));
  }
  return u.mul(half, u.add(u.number(1), inner));
}
Value sigmoid(Unary &u, Value x) { return u.sigmoid(x); }
Value softplus(Unary &u, Value x) { return u.softplus(x); }
Value softsign(Unary &u, Value x) {
  return u.div(x, u.add(u.number(1), u.abs(x)));
}
Value hardSigmoid(Unary &u, Value x) {
  Value line = u.add(u.mul(u.attribute("alpha"), x), u.attribute("beta"));
  return u.max(u.number(0), u.min(u.number(1), line));
}
Value hardSwish(Unary &u, Value x) {
  Value line = u.add(u.mul(u.number(1.0 / 6), x), u.number(0.5));
  return u.mul(x, u.max(u.number(0), u.min(u.number(1), line)));
}
Value mish(Unary &u, Value x) { return u.mul(x, u.tanh(u.softplus(x))); }
Value swish(Unary &u, Value x) {
  return u.mul(x, u.sigmoid(u.mul(u.attribute("alpha"), x)));
}
Value shrink(Unary &u, Value x) {
  Value bias = u.attribute("bias"), lambd = u.attribute("lambd");
  Value high = u.select(u.less(lambd, x), u.sub(x, bias), u.number(0));
  return u.select(u.less(x, u.neg(lambd)), u.add(x, bias), high);
}
Value reciprocal(Unary &u, Value x) { return u.div(u.number(1), x); }
Value sign(Unary &u, Value x) {
  Value zero = u.number(0), one = u.number(1);
  Value positive = u.select(u.less(zero, x), one, zero);
  if (isUnsigned(u.type))
    return positive;
  Value minus = u.neg(one);
  Value result = u.select(u.less(x, zero), minus, positive);
  return isFloat(u.type) ? u.select(isNaN(u, x), x, result) : result;
}
Value negate(Unary &u, Value x) { return u.neg(x); }
Value absolute(Unary &u, Value x) { return u.abs(x); }
Value identity(Unary &, Value x) { return x; }

} // namespace

void llm::onnx::addElementwise(LoweringTable &table) {
  table.add("Add", lowerBinary<&ElementCode::add>);
  table.add("Sub", lowerBinary<&ElementCode::sub>);
  table.add("Mul", lowerBinary<&ElementCode::mul>);
  table.add("Div", lowerBinary<&ElementCode::div>);
  table.add("Equal", lowerCompare<Compare::Equal>);
  table.add("Less", lowerCompare<Compare::Less>);
  table.add("LessOrEqual", lowerCompare<Compare::LessOrEqual>);
  table.add("Greater", lowerCompare<Compare::Greater>);
  table.add("GreaterOrEqual", lowerCompare<Compare::GreaterOrEqual>);
  for (const char *name : {"And", "BitwiseAnd"})
    table.add(name, lowerBitwise<arith::AndIOp>);
  for (const char *name : {"Or", "BitwiseOr"})
    table.add(name, lowerBitwise<arith::OrIOp>);
  for (const char *name : {"Xor", "BitwiseXor"})
    table.add(name, lowerBitwise<arith::XOrIOp>);
  for (const char *name : {"Not", "BitwiseNot"})
    table.add(name, lowerNot);
  table.add("BitShift", lowerBitShift);
  table.add("Mod", lowerMod);
  table.add("Pow", lowerPow);
  table.add("Max", lowerFold<&ElementCode::max>);
  table.add("Min", lowerFold<&ElementCode::min>);
  table.add("Sum", lowerFold<&ElementCode::add>);
  table.add("Mean", lowerFold<&ElementCode::add>);
  table.add("Where", lowerWhere);
  table.add("Clip", lowerClip);
  table.add("Cast", lowerCast);
  table.add("CastLike", lowerCast);
  table.add("PRelu", lowerPRelu);
  table.add("IsNaN", lowerTest<isNaN>);
  table.add("IsInf", lowerTest<isInf>);

  table.add("Abs", lowerUnary<absolute>);
  table.add("Neg", lowerUnary<negate>);
  table.add("Sign", lowerUnary<sign>);
  table.add("Reciprocal", lowerUnary<reciprocal>);
  table.add("Dropout", lowerUnary<identity>, 1, 6);
  table.add("Sqrt", lowerUnary<mathOp<math::SqrtOp>>);
  table.add("Exp", lowerUnary<mathOp<math::ExpOp>>);
  table.add("Log", lowerUnary<mathOp<math::LogOp>>);
  table.add("Erf", lowerUnary<mathOp<math::ErfOp>>);
  table.add("Floor", lowerUnary<mathOp<math::FloorOp>>);
  table.add("Ceil", lowerUnary<mathOp<math::CeilOp>>);
  table.add("Round", lowerUnary<mathOp<math::RoundEvenOp>>);
  table.add("Sin", lowerUnary<mathOp<math::SinOp>>);
  table.add("Cos", lowerUnary<mathOp<math::CosOp>>);
  table.add("Tan", lowerUnary<mathOp<math::TanOp>>);
  table.add("Asin", lowerUnary<mathOp<math::AsinOp>>);
  table.add("Acos", lowerUnary<mathOp<math::AcosOp>>);
  table.add("Atan", lowerUnary<mathOp<math::AtanOp>>);
  table.add("Sinh", lowerUnary<mathOp<math::SinhOp>>);
  table.add("Cosh", lowerUnary<mathOp<math::CoshOp>>);
  table.add("Tanh", lowerUnary<mathOp<math::TanhOp>>);
  table.add("Asinh", lowerUnary<mathOp<math::AsinhOp>>);
  table.add("Acosh", lowerUnary<mathOp<math::AcoshOp>>);
  table.add("Atanh", lowerUnary<mathOp<math::AtanhOp>>);
  table.add("Relu", lowerUnary<relu>);
  table.add("LeakyRelu", lowerUnary<leakyRelu>);
  table.add("ThresholdedRelu", lowerUnary<thresholdedRelu>);
  table.add("Elu", lowerUnary<elu>);
  table.add("Selu", lowerUnary<selu>);
  table.add("Celu", lowerUnary<celu>);
  table.add("Gelu", lowerUnary<gelu>);
  table.add("Sigmoid", lowerUnary<sigmoid>);
  table.add("Softplus", lowerUnary<softplus>);
  table.add("Softsign", lowerUnary<softsign>);
  table.add("HardSigmoid", lowerUnary<hardSigmoid>);
  table.add("HardSwish", lowerUnary<hardSwish>);
  table.add("Mish", lowerUnary<mish>);
  table.add("Swish", lowerUnary<swish>);
  table.add("Shrink", lowerUnary<shrink>);
}
