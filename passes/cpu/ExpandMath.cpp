//===- ExpandMath.cpp - exp, log, sin and cos of f32 by polynomials -------===//
//
// Range reduction by Cody and Waite (1980) with fused multiply-adds, then a
// polynomial near its minimax (Remez) on the reduced range. Errors against f64,
// which tests/numerics/math.test measures:
//   exp       [-87.3, 88.7]  1 ulp   0 below -104, +inf above; exp(-inf) = 0
//   log       normal x > 0   3 ulp
//   sin, cos  |x| <= 2^17    1e-7, absolute
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_EXPANDMATH
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// f32 and i32 arithmetic on a scalar or a vector of any shape.
struct Numbers {
  ImplicitLocOpBuilder b;
  Type type;

  Numbers(Operation *op)
      : b(op->getLoc(), op), type(op->getResult(0).getType()) {}

  Type like(Type element) {
    auto vector = dyn_cast<VectorType>(type);
    return vector ? VectorType::get(vector.getShape(), element) : element;
  }
  Type ints() { return like(b.getI32Type()); }
  Value constant(Type t, TypedAttr element) {
    if (auto vector = dyn_cast<VectorType>(t))
      element = DenseElementsAttr::get(vector, element);
    return arith::ConstantOp::create(b, element);
  }
  Value f(double value) { return constant(type, b.getF32FloatAttr(value)); }
  Value i(int32_t value) {
    return constant(ints(), b.getI32IntegerAttr(value));
  }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(b, x, y, z);
  }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
  /// Horner's scheme, highest coefficient first.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value result = f(coefficients.front());
    for (double c : coefficients.drop_front())
      result = fma(result, x, f(c));
    return result;
  }
  /// Nearest integer, by adding and taking away 1.5 * 2^23, as float.
  Value round(Value x) {
    Value magic = f(12582912.0);
    return arith::SubFOp::create(b, arith::AddFOp::create(b, x, magic), magic);
  }
  Value toInt(Value x) { return arith::FPToSIOp::create(b, ints(), x); }
};

/// exp(x) = 2^n exp(r), r = x - n ln 2, |r| <= ln 2 / 2.
Value expandExp(math::ExpOp op) {
  Numbers m(op);
  Value x = op.getOperand();
  // Past these, the result is 0 or infinite and n would not fit an exponent.
  Value low = m.f(-104.0), high = m.f(89.0);
  // What is no number stays so: comparisons with it are false.
  auto limit = [&](Value value, arith::CmpFPredicate beyond, Value bound) {
    Value outside = arith::CmpFOp::create(m.b, beyond, value, bound);
    return arith::SelectOp::create(m.b, outside, bound, value).getResult();
  };
  Value clamped = limit(x, arith::CmpFPredicate::OLT, low);
  clamped = limit(clamped, arith::CmpFPredicate::OGT, high);
  Value n = m.round(m.mul(clamped, m.f(1.44269504088896341)));
  Value r = m.fma(n, m.f(-0.693145751953125), clamped);
  r = m.fma(n, m.f(-1.42860682030941723212e-6), r);
  Value p = m.polynomial(
      r, {1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0});
  // 2^n in two factors, so that results below the smallest normal number and
  // just below the largest come out.
  Value whole = m.toInt(n);
  Value half = arith::ShRSIOp::create(m.b, whole, m.i(1));
  auto power = [&](Value exponent) -> Value {
    Value biased = arith::AddIOp::create(m.b, exponent, m.i(127));
    return arith::BitcastOp::create(
        m.b, m.type, arith::ShLIOp::create(m.b, biased, m.i(23)));
  };
  Value rest = arith::SubIOp::create(m.b, whole, half);
  return m.mul(m.mul(p, power(half)), power(rest));
}

/// log(x) = n ln 2 + log(m), m in [sqrt(1/2), sqrt(2)), for normal x > 0; the
/// series of 2 artanh((m - 1) / (m + 1)).
Value expandLog(math::LogOp op) {
  Numbers m(op);
  Value bits = arith::BitcastOp::create(m.b, m.ints(), op.getOperand());
  // Take away sqrt(1/2) so that the exponent field counts from there.
  Value shifted = arith::SubIOp::create(m.b, bits, m.i(0x3f3504f3));
  Value n = arith::ShRSIOp::create(m.b, shifted, m.i(23));
  Value mantissa =
      arith::SubIOp::create(m.b, bits, arith::ShLIOp::create(m.b, n, m.i(23)));
  Value x = arith::BitcastOp::create(m.b, m.type, mantissa);
  Value t = arith::DivFOp::create(m.b, arith::SubFOp::create(m.b, x, m.f(1.0)),
                                  arith::AddFOp::create(m.b, x, m.f(1.0)));
  Value square = m.mul(t, t);
  Value p = m.polynomial(square, {2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3, 2.0});
  Value whole = arith::SIToFPOp::create(m.b, m.type, n);
  return m.fma(whole, m.f(0.693147180559945309), m.mul(t, p));
}

/// sin(x) or cos(x): x = n pi/2 + r, |r| <= pi/4, quadrant by n.
Value expandSinCos(Operation *op, bool cosine) {
  Numbers m(op);
  Value x = op->getOperand(0);
  Value n = m.round(m.mul(x, m.f(0.636619772367581343)));
  // pi/2 in three parts.
  Value r = m.fma(n, m.f(-1.57079637050628662109375), x);
  r = m.fma(n, m.f(4.37113882867379288655e-8), r);
  r = m.fma(n, m.f(1.71512451000588191e-15), r);
  Value square = m.mul(r, r);
  Value sine = m.fma(m.mul(square, r),
                     m.polynomial(square, {2.7181216275e-6, -1.98396753e-4,
                                           8.33332996e-3, -1.66666666e-1}),
                     r);
  Value cos = m.fma(square,
                    m.polynomial(square, {2.44331571e-5, -1.38873162e-3,
                                          4.16666456e-2, -0.5}),
                    m.f(1.0));
  Value quadrant = m.toInt(n);
  if (cosine)
    quadrant = arith::AddIOp::create(m.b, quadrant, m.i(1));
  auto bitSet = [&](int32_t bit) -> Value {
    return arith::CmpIOp::create(m.b, arith::CmpIPredicate::ne,
                                 arith::AndIOp::create(m.b, quadrant, m.i(bit)),
                                 m.i(0));
  };
  Value value = arith::SelectOp::create(m.b, bitSet(1), cos, sine);
  return arith::SelectOp::create(m.b, bitSet(2),
                                 arith::NegFOp::create(m.b, value), value);
}

struct ExpandMath : llm::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      if (op->getNumResults() != 1 ||
          !getElementTypeOrSelf(op->getResult(0).getType()).isF32())
        return;
      Value value;
      if (auto exp = dyn_cast<math::ExpOp>(op))
        value = expandExp(exp);
      else if (auto log = dyn_cast<math::LogOp>(op))
        value = expandLog(log);
      else if (isa<math::SinOp>(op))
        value = expandSinCos(op, false);
      else if (isa<math::CosOp>(op))
        value = expandSinCos(op, true);
      else
        return;
      op->getResult(0).replaceAllUsesWith(value);
      op->erase();
    });
  }
};

} // namespace
