//===- ElementCode.cpp - Arithmetic on elements of ONNX's types -----------===//

#include "passes/onnx/lowering/ElementCode.h"

#include "dialects/onnx/ONNXDialect.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace llm::onnx;

bool llm::onnx::isFloat(Type element) { return isa<FloatType>(element); }
bool llm::onnx::isInteger(Type element) { return isa<IntegerType>(element); }
bool llm::onnx::isUnsigned(Type element) {
  auto type = dyn_cast<IntegerType>(element);
  return type && (type.isUnsigned() || type.getWidth() == 1);
}
bool llm::onnx::isString(Type element) { return isa<StringType>(element); }

Type llm::onnx::storageType(Type element) {
  MLIRContext *context = element.getContext();
  if (isString(element))
    return IntegerType::get(context, 64);
  if (auto type = dyn_cast<IntegerType>(element)) {
    if (type.getWidth() == 1)
      return type;
    return IntegerType::get(context, std::max(8u, type.getWidth()));
  }
  if (auto type = dyn_cast<FloatType>(element))
    if (type.getWidth() <= 8)
      return IntegerType::get(context, 8);
  return element;
}

Type llm::onnx::computeType(Type element) {
  if (auto type = dyn_cast<FloatType>(element))
    return type.getWidth() < 32 ? Float32Type::get(element.getContext())
                                : element;
  return storageType(element);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value ElementCode::constant(double value, Type type) {
  Type compute = computeType(type);
  if (isa<FloatType>(compute))
    return arith::ConstantOp::create(b, b.getFloatAttr(compute, value));
  return integer(static_cast<int64_t>(value), type);
}

Value ElementCode::integer(int64_t value, Type type) {
  Type compute = computeType(type);
  if (isa<FloatType>(compute))
    return constant(static_cast<double>(value), type);
  unsigned width = llvm::cast<IntegerType>(compute).getWidth();
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(compute, APInt(64, static_cast<uint64_t>(value),
                                         /*isSigned=*/true)
                                       .sextOrTrunc(width)));
}

static Value limit(ImplicitLocOpBuilder &b, Type type, bool largest) {
  Type compute = computeType(type);
  if (auto real = dyn_cast<FloatType>(compute))
    return arith::ConstantOp::create(
        b, b.getFloatAttr(compute, APFloat::getInf(real.getFloatSemantics(),
                                                   /*Negative=*/!largest)));
  unsigned width = llvm::cast<IntegerType>(type).getWidth();
  bool isUnsigned = llm::onnx::isUnsigned(type);
  APInt value = largest ? (isUnsigned ? APInt::getMaxValue(width)
                                      : APInt::getSignedMaxValue(width))
                        : (isUnsigned ? APInt::getMinValue(width)
                                      : APInt::getSignedMinValue(width));
  unsigned wide = llvm::cast<IntegerType>(compute).getWidth();
  value = isUnsigned ? value.zextOrTrunc(wide) : value.sextOrTrunc(wide);
  return arith::ConstantOp::create(b, b.getIntegerAttr(compute, value));
}
Value ElementCode::smallest(Type type) { return limit(b, type, false); }
Value ElementCode::largest(Type type) { return limit(b, type, true); }

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value ElementCode::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, condition, x, y);
}

/// 4- and 2-bit integers live in i8 and wrap at their own width.
Value ElementCode::wrap(Value value, Type type) {
  auto narrow = dyn_cast<IntegerType>(type);
  if (!narrow || narrow.getWidth() >= 8 || narrow.getWidth() == 1)
    return value;
  Value shift = integer(8 - narrow.getWidth(), type);
  Value up = arith::ShLIOp::create(b, value, shift);
  if (narrow.isUnsigned())
    return arith::ShRUIOp::create(b, up, shift);
  return arith::ShRSIOp::create(b, up, shift);
}

Value ElementCode::add(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::AddFOp::create(b, x, y);
  return wrap(arith::AddIOp::create(b, x, y), type);
}
Value ElementCode::sub(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::SubFOp::create(b, x, y);
  return wrap(arith::SubIOp::create(b, x, y), type);
}
Value ElementCode::mul(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::MulFOp::create(b, x, y);
  return wrap(arith::MulIOp::create(b, x, y), type);
}

/// Divides by 1 instead where LLVM's division is undefined: by 0, and the
/// smallest number by -1, whose quotient wraps to itself.
static Value safeDivisor(ImplicitLocOpBuilder &b, ElementCode &code, Value x,
                         Value y, Type type) {
  Value one = code.integer(1, type);
  Value undefined = code.equal(y, code.integer(0, type), type);
  if (!isUnsigned(type)) {
    Value overflow = arith::AndIOp::create(
        b, code.equal(y, code.integer(-1, type), type),
        code.equal(x, code.smallest(type), type));
    undefined = arith::OrIOp::create(b, undefined, overflow);
  }
  return code.select(undefined, one, y);
}

Value ElementCode::div(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::DivFOp::create(b, x, y);
  Value divisor = safeDivisor(b, *this, x, y, type);
  Value quotient = isUnsigned(type)
                       ? arith::DivUIOp::create(b, x, divisor).getResult()
                       : arith::DivSIOp::create(b, x, divisor).getResult();
  Value zero = integer(0, type);
  return wrap(select(equal(y, zero, type), zero, quotient), type);
}

Value ElementCode::rem(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::RemFOp::create(b, x, y);
  Value divisor = safeDivisor(b, *this, x, y, type);
  return isUnsigned(type) ? arith::RemUIOp::create(b, x, divisor).getResult()
                          : arith::RemSIOp::create(b, x, divisor).getResult();
}

Value ElementCode::neg(Value x, Type type) {
  if (isFloat(type))
    return arith::NegFOp::create(b, x);
  return sub(integer(0, type), x, type);
}

Value ElementCode::abs(Value x, Type type) {
  if (isFloat(type))
    return math::AbsFOp::create(b, x);
  if (isUnsigned(type))
    return x;
  return select(less(x, integer(0, type), type), neg(x, type), x);
}

Value ElementCode::min(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::MinimumFOp::create(b, x, y);
  return select(less(x, y, type), x, y);
}
Value ElementCode::max(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::MaximumFOp::create(b, x, y);
  return select(less(x, y, type), y, x);
}

Value ElementCode::less(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, y);
  return arith::CmpIOp::create(b,
                               isUnsigned(type) ? arith::CmpIPredicate::ult
                                                : arith::CmpIPredicate::slt,
                               x, y);
}
Value ElementCode::lessOrEqual(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, x, y);
  return arith::CmpIOp::create(b,
                               isUnsigned(type) ? arith::CmpIPredicate::ule
                                                : arith::CmpIPredicate::sle,
                               x, y);
}
Value ElementCode::equal(Value x, Value y, Type type) {
  if (isFloat(type))
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, y);
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, y);
}

Value ElementCode::toIndex(Value value, Type type) {
  if (isUnsigned(type))
    return arith::IndexCastUIOp::create(b, b.getIndexType(), value);
  return arith::IndexCastOp::create(b, b.getIndexType(), value);
}
Value ElementCode::fromIndex(Value index, Type type) {
  Type i64 = b.getI64Type();
  Value wide = arith::IndexCastOp::create(b, i64, index);
  return cast(wide, i64, type);
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

Value ElementCode::fromStorage(Value stored, Type type) {
  auto real = dyn_cast<FloatType>(type);
  if (!real || real.getWidth() >= 32)
    return stored;
  if (real.getWidth() <= 8)
    return floatFromBits(stored, real);
  return arith::ExtFOp::create(b, b.getF32Type(), stored);
}

Value ElementCode::toStorage(Value computed, Type type) {
  auto real = dyn_cast<FloatType>(type);
  if (!real || real.getWidth() >= 32)
    return computed;
  if (real.getWidth() <= 8)
    return floatToBits(computed, real);
  return arith::TruncFOp::create(b, type, computed);
}

Value ElementCode::cast(Value value, Type from, Type to, bool saturate,
                        StringRef roundMode) {
  if (from == to)
    return value;
  Type source = computeType(from), target = computeType(to);
  bool toBool = to.isInteger(1);
  if (isFloat(from) && isFloat(to)) {
    Value wide = value;
    if (source != target) {
      if (target.getIntOrFloatBitWidth() > source.getIntOrFloatBitWidth())
        wide = arith::ExtFOp::create(b, target, value);
      else
        wide = arith::TruncFOp::create(b, target, value);
    }
    auto real = llvm::cast<FloatType>(to);
    if (isa<Float8E8M0FNUType>(real))
      return floatFromBits(powerToBits(wide, saturate, roundMode), real);
    return real.getWidth() <= 8 && saturate ? clampTo(wide, real) : wide;
  }
  if (toBool) {
    if (isFloat(from))
      return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, value,
                                   constant(0, from));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value,
                                 integer(0, from));
  }
  if (isFloat(from)) {
    // Through i64, so that what does not fit wraps as the reference's does.
    Type i64 = b.getI64Type();
    Value wide;
    if (isUnsigned(to) && llvm::cast<IntegerType>(to).getWidth() == 64) {
      Value top = constant(9223372036854775808.0, from);
      Value high = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, value,
                                         top);
      Value low = arith::FPToSIOp::create(b, i64, value);
      Value rest = arith::FPToSIOp::create(
          b, i64, arith::SubFOp::create(b, value, top));
      Value bit = arith::ConstantOp::create(
          b, b.getIntegerAttr(i64, APInt::getSignedMinValue(64)));
      wide = select(high, arith::XOrIOp::create(b, rest, bit), low);
    } else {
      wide = arith::FPToSIOp::create(b, i64, value);
    }
    return cast(wide, i64, to);
  }
  if (isFloat(to)) {
    Value real = isUnsigned(from)
                     ? arith::UIToFPOp::create(b, target, value).getResult()
                     : arith::SIToFPOp::create(b, target, value).getResult();
    return cast(real, target, to, saturate, roundMode);
  }
  unsigned have = source.getIntOrFloatBitWidth(),
           want = target.getIntOrFloatBitWidth();
  Value result = value;
  if (want < have)
    result = arith::TruncIOp::create(b, target, value);
  else if (want > have)
    result = isUnsigned(from)
                 ? arith::ExtUIOp::create(b, target, value).getResult()
                 : arith::ExtSIOp::create(b, target, value).getResult();
  return wrap(result, to);
}

//===----------------------------------------------------------------------===//
// 8- and 4-bit floats, by their bits
//===----------------------------------------------------------------------===//

namespace {
/// What APFloat knows of a format.
struct SmallFloat {
  int exponentBits, mantissaBits, bias;
  bool hasSign, hasInfinity, unsignedZero; ///< FNUZ: 0x80 is NaN, no -0
  bool hasNaN;

  explicit SmallFloat(FloatType type) {
    const llvm::fltSemantics &semantics = type.getFloatSemantics();
    mantissaBits = APFloat::semanticsPrecision(semantics) - 1;
    hasSign = APFloat::semanticsHasSignedRepr(semantics);
    exponentBits = type.getWidth() - mantissaBits - hasSign;
    bias = 1 - APFloat::semanticsMinExponent(semantics);
    hasInfinity = APFloat::semanticsHasInf(semantics);
    hasNaN = APFloat::semanticsHasNaN(semantics);
    unsignedZero = isa<Float8E4M3FNUZType, Float8E5M2FNUZType>(type);
  }
};
} // namespace

/// Exponent and mantissa are put where f32 has them, as a number too small by
/// a power of two, which one multiplication sets right: subnormals included.
Value ElementCode::floatFromBits(Value bits, FloatType type) {
  SmallFloat format(type);
  Type i32 = b.getI32Type(), f32 = b.getF32Type();
  auto constant32 = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(
        b, b.getIntegerAttr(i32, APInt(64, value, true).trunc(32)));
  };
  auto real = [&](double value) -> Value {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  };
  auto isEqual = [&](Value x, int64_t y) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x,
                                 constant32(y));
  };
  Value wide = arith::ExtUIOp::create(b, i32, bits);
  int magnitudeBits = format.exponentBits + format.mantissaBits;
  int64_t mask = (int64_t(1) << magnitudeBits) - 1;
  Value magnitude = arith::AndIOp::create(b, wide, constant32(mask));
  Value nan = real(std::numeric_limits<double>::quiet_NaN());
  if (isa<Float8E8M0FNUType>(type)) {
    // 2^(x - 127): x is f32's own exponent, but for 0, which is subnormal there.
    Value number = arith::BitcastOp::create(
        b, f32, arith::ShLIOp::create(b, wide, constant32(23)));
    number = select(isEqual(wide, 0), real(0x1p-127), number);
    return select(isEqual(wide, 255), nan, number);
  }
  Value shifted = arith::ShLIOp::create(b, magnitude,
                                        constant32(23 - format.mantissaBits));
  Value number =
      arith::MulFOp::create(b, arith::BitcastOp::create(b, f32, shifted),
                            real(std::ldexp(1.0, 127 - format.bias)));
  Value sign = arith::AndIOp::create(b, wide,
                                     constant32(int64_t(1) << magnitudeBits));
  Value negative = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, sign,
                                         constant32(0));
  number = select(negative, arith::NegFOp::create(b, number), number);
  if (format.unsignedZero)
    return select(isEqual(wide, 0x80), nan, number);
  if (format.hasInfinity) { // f8E5M2
    int64_t infinity = mask & ~((int64_t(1) << format.mantissaBits) - 1);
    Value inf = select(negative,
                       real(-std::numeric_limits<double>::infinity()),
                       real(std::numeric_limits<double>::infinity()));
    number = select(isEqual(magnitude, infinity), inf, number);
    Value isNaN = arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, magnitude,
                                        constant32(infinity));
    return select(isNaN, nan, number);
  }
  if (format.hasNaN) // f8E4M3FN
    return select(isEqual(magnitude, mask), nan, number);
  return number;
}

/// What is no number stays so.
Value ElementCode::clampTo(Value value, FloatType type) {
  APFloat largest = APFloat::getLargest(type.getFloatSemantics());
  bool lossy;
  (void)largest.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                        &lossy);
  double bound = largest.convertToFloat();
  Type f32 = b.getF32Type();
  if (!value.getType().isF32())
    value = arith::TruncFOp::create(b, f32, value);
  Value top = constant(bound, f32), bottom = constant(-bound, f32);
  value = select(less(top, value, f32), top, value);
  return select(less(value, bottom, f32), bottom, value);
}

/// The exponent of f32 is that of f8E8M0, whose 0 is 2^-127, half of f32's
/// smallest normal number, and whose 255 is NaN.
Value ElementCode::powerToBits(Value value, bool saturate, StringRef roundMode) {
  Type i32 = b.getI32Type(), f32 = b.getF32Type();
  auto constant32 = [&](int64_t x) -> Value {
    return arith::ConstantOp::create(b, b.getI32IntegerAttr(x));
  };
  auto compare = [&](arith::CmpIPredicate predicate, Value x,
                     int64_t y) -> Value {
    return arith::CmpIOp::create(b, predicate, x, constant32(y));
  };
  using arith::CmpIPredicate;
  if (!value.getType().isF32())
    value = arith::TruncFOp::create(b, f32, value);
  Value magnitude = arith::AndIOp::create(
      b, arith::BitcastOp::create(b, i32, value), constant32(0x7fffffff));
  Value exponent = arith::ShRUIOp::create(b, magnitude, constant32(23));
  Value mantissa =
      arith::AndIOp::create(b, magnitude, constant32(0x7fffff));
  // Of numbers below 2^-126 half the mantissa is the power 2^-127.
  Value isSmall = compare(CmpIPredicate::eq, exponent, 0);
  Value step;
  if (roundMode == "down")
    step = constant32(0);
  else if (roundMode == "nearest")
    step = arith::ExtUIOp::create(
        b, i32, compare(CmpIPredicate::uge, mantissa, 0x400000));
  else
    step = arith::ExtUIOp::create(
        b, i32,
        select(isSmall, compare(CmpIPredicate::ugt, mantissa, 0x400000),
               compare(CmpIPredicate::ne, mantissa, 0)));
  Value bits = arith::AddIOp::create(b, exponent, step);
  Value tooLarge = compare(CmpIPredicate::ugt, bits, 254);
  bits = select(tooLarge, constant32(saturate ? 254 : 255), bits);
  if (!saturate)
    bits = select(compare(CmpIPredicate::eq, magnitude, 0), constant32(255),
                  bits);
  Value isNaN = compare(CmpIPredicate::ugt, magnitude, 0x7f800000);
  bits = select(isNaN, constant32(255), bits);
  return arith::TruncIOp::create(b, b.getI8Type(), bits);
}

/// Rounds to nearest even in the number's own binade: adding and taking away
/// 1.5 * 2^(23 + e - m), e its exponent, leaves m bits of mantissa.
Value ElementCode::floatToBits(Value value, FloatType type) {
  SmallFloat format(type);
  Type i8 = b.getI8Type(), i32 = b.getI32Type(), f32 = b.getF32Type();
  auto constant32 = [&](int64_t x) -> Value {
    return arith::ConstantOp::create(
        b, b.getIntegerAttr(i32, APInt(64, x, true).trunc(32)));
  };
  if (!value.getType().isF32())
    value = arith::TruncFOp::create(b, f32, value);
  Value bits = arith::BitcastOp::create(b, i32, value);
  Value magnitude =
      arith::AndIOp::create(b, bits, constant32(0x7fffffff));
  auto isAbove = [&](Value x, Value y) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, x, y);
  };
  Value isNaN = isAbove(magnitude, constant32(0x7f800000));
  Value result;
  if (isa<Float8E8M0FNUType>(type))
    return powerToBits(value, /*saturate=*/true, "up");
  int minExponent = 1 - format.bias; // of normal numbers
  int magnitudeBits = format.exponentBits + format.mantissaBits;
  // The exponent that decides which bits stay: that of the smallest normal
  // number at least.
  Value exponent =
      arith::ShRUIOp::create(b, magnitude, constant32(23)); // biased by 127
  exponent = arith::MaxUIOp::create(b, exponent, constant32(minExponent + 127));
  Value unit = arith::BitcastOp::create(
      b, f32,
      arith::ShLIOp::create(
          b,
          arith::AddIOp::create(b, exponent,
                                constant32(23 - format.mantissaBits)),
          constant32(23)));
  Value magic = arith::MulFOp::create(
      b, unit, arith::ConstantOp::create(b, b.getF32FloatAttr(1.5)));
  Value positive = arith::BitcastOp::create(b, f32, magnitude);
  Value rounded = arith::SubFOp::create(
      b, arith::AddFOp::create(b, positive, magic), magic);
  // To the format's exponent and mantissa, as floatFromBits in reverse.
  Value scaled = arith::MulFOp::create(
      b, rounded,
      arith::ConstantOp::create(
          b, b.getF32FloatAttr(std::ldexp(1.0, format.bias - 127))));
  Value small = arith::ShRUIOp::create(
      b, arith::BitcastOp::create(b, i32, scaled),
      constant32(23 - format.mantissaBits));
  int64_t all = (int64_t(1) << magnitudeBits) - 1;
  APFloat largest = APFloat::getLargest(type.getFloatSemantics());
  int64_t largestBits = largest.bitcastToAPInt().getZExtValue() & all;
  bool lossy;
  (void)largest.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                        &lossy);
  Value top = arith::ConstantOp::create(
      b, b.getF32FloatAttr(largest.convertToFloat()));
  Value tooLarge =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, rounded, top);
  int64_t nan = format.unsignedZero ? 0x80 : all;
  int64_t infinity = all & ~((int64_t(1) << format.mantissaBits) - 1);
  int64_t beyond = !format.hasNaN    ? largestBits
                   : format.hasInfinity       ? infinity
                                              : nan;
  small = select(tooLarge, constant32(beyond), small);
  Value sign = arith::ShLIOp::create(
      b, arith::ShRUIOp::create(b, bits, constant32(31)),
      constant32(magnitudeBits));
  if (format.unsignedZero) {
    Value isZero = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, small,
                                         constant32(0));
    sign = select(isZero, constant32(0), sign);
  }
  result = arith::OrIOp::create(b, small, sign);
  result = select(isNaN,
                  // Where there is no NaN, -0 stands for it.
                  constant32(format.hasNaN ? nan : int64_t(1) << magnitudeBits),
                  result);
  return arith::TruncIOp::create(b, i8, result);
}
