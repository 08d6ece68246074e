//===- Exponentials.cpp - exp, log and what follows from them, of f32 -----===//

#include "passes/cpu/math/Numbers.h"

using namespace mlir;
using namespace llm;

/// exp(x) = 2^n exp(r), r = x - n ln 2, |r| <= ln 2 / 2.
Value llm::expandExp(Numbers &m, Value x) {
  // Past these, the result is 0 or infinite and n would not fit an exponent.
  Value low = m.f(-104.0), high = m.f(89.0);
  // What is no number stays so: comparisons with it are false.
  auto limit = [&](Value value, arith::CmpFPredicate beyond, Value bound) {
    return m.select(m.compare(beyond, value, bound), bound, value);
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

/// log(x) = n ln 2 + log(m), m in [sqrt(1/2), sqrt(2)); the series of
/// 2 artanh((m - 1) / (m + 1)).
Value llm::expandLog(Numbers &m, Value x) {
  // Numbers below the smallest normal one are made larger first.
  Value isSmall = m.compare(arith::CmpFPredicate::OLT, x, m.f(0x1p-126));
  Value normal = m.select(isSmall, m.mul(x, m.f(0x1p25)), x);
  Value bits = arith::BitcastOp::create(m.b, m.ints(), normal);
  // Take away sqrt(1/2) so that the exponent field counts from there.
  Value shifted = arith::SubIOp::create(m.b, bits, m.i(0x3f3504f3));
  Value n = arith::ShRSIOp::create(m.b, shifted, m.i(23));
  Value mantissa =
      arith::SubIOp::create(m.b, bits, arith::ShLIOp::create(m.b, n, m.i(23)));
  Value reduced = arith::BitcastOp::create(m.b, m.type, mantissa);
  Value one = m.f(1.0);
  Value t = m.div(m.sub(reduced, one), m.add(reduced, one));
  Value square = m.mul(t, t);
  Value p = m.polynomial(square, {2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3, 2.0});
  n = arith::SubIOp::create(m.b, n, m.select(isSmall, m.i(25), m.i(0)));
  Value whole = arith::SIToFPOp::create(m.b, m.type, n);
  Value result = m.fma(whole, m.f(0.693147180559945309), m.mul(t, p));
  // Of infinity itself, of 0 minus infinity; no number else.
  Value zero = m.f(0.0);
  result = m.select(m.compare(arith::CmpFPredicate::OLT, x, m.infinity()),
                    result, x);
  Value outside = m.select(m.compare(arith::CmpFPredicate::OEQ, x, zero),
                           m.neg(m.infinity()), m.nan());
  return m.select(m.compare(arith::CmpFPredicate::OGT, x, zero), result,
                  outside);
}

/// exp(x) - 1, near 0 by its own polynomial, which loses no digits.
Value llm::expandExpM1(Numbers &m, Value x) {
  Value p = m.polynomial(x, {1.989491284e-04, 1.393718179e-03, 8.333307691e-03,
                             4.166643322e-02, 1.666666716e-01, 0.5});
  Value near = m.fma(m.mul(x, x), p, x);
  Value far = m.sub(expandExp(m, x), m.f(1.0));
  Value isNear = m.compare(arith::CmpFPredicate::OLT, m.abs(x), m.f(0.35));
  return m.select(isNear, near, far);
}

/// log(1 + x), with what 1 + x loses of x added by its derivative.
Value llm::expandLog1p(Numbers &m, Value x) {
  Value one = m.f(1.0), sum = m.add(one, x);
  Value lost = m.sub(x, m.sub(sum, one));
  Value log = expandLog(m, sum);
  Value result = m.add(log, m.div(lost, sum));
  // Where nothing is lost, the correction may be no number.
  Value isPlain = m.compare(arith::CmpFPredicate::UEQ, lost, m.f(0.0));
  result = m.select(isPlain, log, result);
  // -0 stays.
  return m.select(m.compare(arith::CmpFPredicate::OEQ, x, m.f(0.0)), x, result);
}

/// An odd polynomial near 0, else 1 - 2 / (exp(2 |x|) + 1).
Value llm::expandTanh(Numbers &m, Value x) {
  Value size = m.abs(x), square = m.mul(x, x), one = m.f(1.0), two = m.f(2.0);
  Value p =
      m.polynomial(square, {-6.269119680e-03, 2.111095935e-02, -5.387394875e-02,
                            1.333291531e-01, -3.333333135e-01});
  Value near = m.fma(m.mul(square, x), p, x);
  Value power = expandExp(m, m.mul(two, size));
  Value far = m.sub(one, m.div(two, m.add(power, one)));
  Value isNear = m.compare(arith::CmpFPredicate::OLT, size, m.f(0.6));
  return m.select(isNear, near, m.copySign(far, x));
}

/// An odd polynomial below 1, else 1 - exp(q(|x|)), q near log(erfc).
Value llm::expandErf(Numbers &m, Value x) {
  Value size = m.abs(x), square = m.mul(x, x), one = m.f(1.0);
  Value p =
      m.polynomial(square, {7.875874871e-05, -8.016864303e-04, 5.189087242e-03,
                            -2.685421146e-02, 1.128359437e-01, -3.761262596e-01,
                            1.128379107});
  // From 4 on, the result is 1.
  Value limit = m.f(4.0);
  Value clamped =
      m.select(m.compare(arith::CmpFPredicate::OGT, size, limit), limit, size);
  Value q = m.polynomial(clamped,
                         {1.637151399e-06, -4.605804133e-05, 5.968056503e-04,
                          -4.759596195e-03, 2.642113529e-02, -1.100800857e-01,
                          -6.318260431e-01, -1.130233407, 3.201380605e-04});
  Value far = m.copySign(m.sub(one, expandExp(m, q)), x);
  Value isNear = m.compare(arith::CmpFPredicate::OLT, size, one);
  return m.select(isNear, m.mul(x, p), far);
}
