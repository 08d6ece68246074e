//===- Trigonometry.cpp - sin and cos of f32 ------------------------------===//

#include "passes/cpu/math/Numbers.h"

using namespace mlir;
using namespace llm;

namespace {
/// x = quadrant * pi/2 + rest, |rest| <= pi/4.
struct Reduced {
  Value quadrant; ///< i32; its two low bits count
  Value rest;
};
} // namespace

/// pi/2 in three parts (Cody and Waite), for |x| <= 2^17.
static Reduced reduceSmall(Numbers &m, Value x) {
  Value n = m.round(m.mul(x, m.f(0.636619772367581343)));
  Value r = m.fma(n, m.f(-1.57079637050628662109375), x);
  r = m.fma(n, m.f(4.37113882867379288655e-8), r);
  r = m.fma(n, m.f(1.71512451000588191e-15), r);
  return {m.toInt(n), r};
}

/// The fraction of |x| / (2 pi) in units of 2^-64: the mantissa times those 64
/// bits of 1 / (2 pi) that its exponent leaves behind the point (Payne and
/// Hanek, 1983). What is cut off is less than 2^-40 turns.
static Reduced reduceLarge(Numbers &m, Value x) {
  Type i64 = m.like(m.b.getI64Type());
  auto wide = [&](uint64_t value) { return m.whole(value, 64); };
  Value bits = arith::BitcastOp::create(m.b, m.ints(), x);
  Value exponent = arith::AndIOp::create(
      m.b, arith::ShRUIOp::create(m.b, bits, m.i(23)), m.i(0xff));
  Value mantissa = arith::OrIOp::create(
      m.b, arith::AndIOp::create(m.b, bits, m.i(0x7fffff)), m.i(0x800000));
  // x = mantissa * 2^(exponent - 150); 64 zero bits stand before the fraction.
  Value place = arith::SubIOp::create(m.b, exponent, m.i(150 - 64));
  place = arith::MaxSIOp::create(m.b, place, m.i(0));
  Value word = arith::ShRUIOp::create(m.b, place, m.i(6));
  Value shift = arith::ExtUIOp::create(
      m.b, i64, arith::AndIOp::create(m.b, place, m.i(63)));
  constexpr uint64_t kWords[] = {0, 0x28be60db9391054a, 0x7f09d5f47d4d3770,
                                 0x36d8a5664f10e410};
  auto choose = [&](size_t first) -> Value {
    auto isWord = [&](int64_t number) -> Value {
      return arith::CmpIOp::create(m.b, arith::CmpIPredicate::eq, word,
                                   m.i(number));
    };
    return m.select(isWord(0), wide(kWords[first]),
                    m.select(isWord(1), wide(kWords[first + 1]),
                             wide(kWords[std::min<size_t>(first + 2, 3)])));
  };
  Value upper = arith::ShLIOp::create(m.b, choose(0), shift);
  // A shift by 64 would be undefined: one place first, then the others.
  Value others = arith::SubIOp::create(m.b, wide(63), shift);
  Value lower = arith::ShRUIOp::create(
      m.b, arith::ShRUIOp::create(m.b, choose(1), wide(1)), others);
  Value fraction = arith::OrIOp::create(m.b, upper, lower);
  Value turns = arith::MulIOp::create(
      m.b, fraction, arith::ExtUIOp::create(m.b, i64, mantissa));
  Value quarters = arith::ShRUIOp::create(
      m.b, arith::AddIOp::create(m.b, turns, wide(uint64_t(1) << 61)),
      wide(62));
  Value left = arith::SubIOp::create(
      m.b, turns, arith::ShLIOp::create(m.b, quarters, wide(62)));
  Value rest = m.mul(arith::SIToFPOp::create(m.b, m.type, left),
                     m.f(6.283185307179586 / 18446744073709551616.0));
  Value quadrant = arith::TruncIOp::create(m.b, m.ints(), quarters);
  // Of -x, both change sign.
  Value isNegative =
      arith::CmpIOp::create(m.b, arith::CmpIPredicate::slt, bits, m.i(0));
  Value minus = arith::SubIOp::create(m.b, m.i(0), quadrant);
  return {m.select(isNegative, minus, quadrant),
          m.select(isNegative, m.neg(rest), rest)};
}

Value llm::expandSinCos(Numbers &m, Value x, bool cosine) {
  Value size = m.abs(x);
  Value isSmall = m.compare(arith::CmpFPredicate::OLE, size, m.f(0x1p17));
  // A float that fits an integer, whatever x is.
  Reduced small = reduceSmall(m, m.select(isSmall, x, m.f(0.0))),
          large = reduceLarge(m, x);
  Value quadrant = m.select(isSmall, small.quadrant, large.quadrant);
  Value r = m.select(isSmall, small.rest, large.rest);
  r = m.select(m.compare(arith::CmpFPredicate::OLT, size, m.infinity()), r,
               m.nan());
  Value square = m.mul(r, r);
  Value sine = m.fma(m.mul(square, r),
                     m.polynomial(square, {2.7181216275e-6, -1.98396753e-4,
                                           8.33332996e-3, -1.66666666e-1}),
                     r);
  Value cos = m.fma(square,
                    m.polynomial(square, {2.44331571e-5, -1.38873162e-3,
                                          4.16666456e-2, -0.5}),
                    m.f(1.0));
  if (cosine)
    quadrant = arith::AddIOp::create(m.b, quadrant, m.i(1));
  auto bitSet = [&](int32_t bit) -> Value {
    return arith::CmpIOp::create(m.b, arith::CmpIPredicate::ne,
                                 arith::AndIOp::create(m.b, quadrant, m.i(bit)),
                                 m.i(0));
  };
  Value value = m.select(bitSet(1), cos, sine);
  return m.select(bitSet(2), m.neg(value), value);
}
