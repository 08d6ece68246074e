//===- WideHyperbolics.cpp - What LLVM libc lacks of f64 ------------------===//
//
// Hyperbolic functions, their inverses and erf, from exp, expm1, log and log1p
// in forms that lose no digits near 0 and do not overflow before the result.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/math/Numbers.h"

using namespace mlir;
using namespace llm;

static Value exp(Numbers &m, Value x) { return math::ExpOp::create(m.b, x); }
static Value expm1(Numbers &m, Value x) {
  return math::ExpM1Op::create(m.b, x);
}
static Value log1p(Numbers &m, Value x) {
  return math::Log1pOp::create(m.b, x);
}

/// exp(|x|) / 2 without overflow, for |x| past 20, where exp(-|x|) is nothing.
static Value halfPower(Numbers &m, Value size) {
  Value root = exp(m, m.mul(size, m.f(0.5)));
  return m.mul(m.mul(root, m.f(0.5)), root);
}
static Value isPast(Numbers &m, Value size, double bound) {
  return m.compare(arith::CmpFPredicate::OGT, size, m.f(bound));
}

Value llm::expandSinhWide(Numbers &m, Value x) {
  Value size = m.abs(x), e = expm1(m, size);
  Value near = m.mul(m.f(0.5), m.add(e, m.div(e, m.add(e, m.f(1.0)))));
  return m.copySign(m.select(isPast(m, size, 20), halfPower(m, size), near), x);
}

Value llm::expandCoshWide(Numbers &m, Value x) {
  Value size = m.abs(x), half = m.mul(m.f(0.5), exp(m, size));
  Value near = m.add(half, m.div(m.f(0.25), half));
  return m.select(isPast(m, size, 20), halfPower(m, size), near);
}

Value llm::expandTanhWide(Numbers &m, Value x) {
  Value size = m.abs(x), e = expm1(m, m.mul(m.f(-2.0), size));
  return m.copySign(m.div(m.neg(e), m.add(e, m.f(2.0))), x);
}

/// log of a size so large that its square would overflow.
static Value logOfDouble(Numbers &m, Value size) {
  return m.add(math::LogOp::create(m.b, size), m.f(0.6931471805599453));
}

Value llm::expandAsinhWide(Numbers &m, Value x) {
  Value size = m.abs(x), square = m.mul(size, size), one = m.f(1.0);
  Value root = m.sqrt(m.add(square, one));
  Value near = log1p(m, m.add(size, m.div(square, m.add(one, root))));
  return m.copySign(m.select(isPast(m, size, 1e9), logOfDouble(m, size), near),
                    x);
}

Value llm::expandAcoshWide(Numbers &m, Value x) {
  Value above = m.sub(x, m.f(1.0));
  Value root = m.sqrt(m.mul(above, m.add(above, m.f(2.0))));
  return m.select(isPast(m, x, 1e9), logOfDouble(m, x),
                  log1p(m, m.add(above, root)));
}

Value llm::expandAtanhWide(Numbers &m, Value x) {
  Value size = m.abs(x);
  Value ratio = m.div(m.mul(m.f(2.0), size), m.sub(m.f(1.0), size));
  return m.copySign(m.mul(m.f(0.5), log1p(m, ratio)), x);
}

/// An odd polynomial below 1; from there 1 - exp(-x^2) q(s), which to 6, where
/// the result is 1, is a polynomial in s = (x - 2) / (x + 2).
Value llm::expandErfWide(Numbers &m, Value x) {
  Value size = m.abs(x), one = m.f(1.0), two = m.f(2.0);
  Value p = m.polynomial(m.mul(x, x),
                         {5.95717614774891131e-11, -1.13728488567916737e-09,
                          1.46597752740474363e-08, -1.63503127010546952e-07,
                          1.64610004841213676e-06, -1.49255952668311818e-05,
                          1.20553311116427105e-04, -8.54832698083379003e-04,
                          5.22397762481801448e-03, -2.68661706450767923e-02,
                          1.12837916709548791e-01, -3.76126389031837483e-01,
                          1.12837916709551256});
  Value limit = m.f(6.0);
  Value clamped = m.select(isPast(m, size, 6), limit, size);
  Value s = m.div(m.sub(clamped, two), m.add(clamped, two));
  Value q =
      m.polynomial(s, {-2.22812957637235010e-07, 4.14630218326848783e-06,
                       1.85942738742940194e-06, -1.41663390691171078e-05,
                       -2.76407278219128520e-05, 2.75603527566783130e-05,
                       1.74364772572567375e-04, 4.35526535981788267e-05,
                       -9.81977111474071490e-04, -8.47143122941533327e-04,
                       6.99746173920057484e-03, 3.73289240165644836e-03,
                       -7.89785810157126872e-02, 2.41658194242487634e-01,
                       -4.27185847413958486e-01, 2.55395676310505693e-01});
  Value power = exp(m, m.neg(m.mul(clamped, clamped)));
  Value far = m.copySign(m.sub(one, m.mul(power, q)), x);
  Value isNear = m.compare(arith::CmpFPredicate::OLT, size, one);
  return m.select(isNear, m.mul(x, p), far);
}
