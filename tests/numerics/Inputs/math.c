//===- math.c - Errors of generated functions of floats -------------------===//
//
// Walks the f32 of each function's range, compares with the f64 function of the
// host's library, and fails past the stated error; functions of f64 are held
// against those of long double. Errors are in units of the last place of the
// result, for sin and cos absolute.
//
//===----------------------------------------------------------------------===//

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

float generated_exp(float), generated_log(float), generated_expm1(float),
    generated_log1p(float), generated_tanh(float), generated_erf(float),
    generated_sin(float), generated_cos(float);
double wide_sinh(double), wide_cosh(double), wide_tanh(double),
    wide_asinh(double), wide_acosh(double), wide_atanh(double),
    wide_erf(double);

static float fromBits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

static uint32_t toBits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}

static uint64_t toWideBits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  return bits;
}

static double ulpOf(double x) {
  int exponent;
  frexp(x, &exponent);
  return ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

static int failed;

static void report(const char *name, double from, double to, double worst,
                   double where, double bound) {
  int bad = !(worst <= bound);
  failed |= bad;
  printf("%s: %s [%g, %g] %.3g at %a, stated %g\n", bad ? "FAIL" : "ok", name,
         from, to, worst, where, bound);
}

// Numbers of one sign from `from` to `to` (by magnitude), every `step`-th.
static void walk(const char *name, float (*function)(float),
                 double (*exact)(double), float from, float to, double bound,
                 int absolute) {
  double worst = 0;
  float where = from;
  for (uint32_t bits = toBits(from); bits <= toBits(to); bits += 61) {
    float x = fromBits(bits);
    double expected = exact(x);
    double error = fabs(function(x) - expected);
    if (!absolute)
      error /= ulpOf(expected);
    if (!(error <= worst))
      worst = error, where = x;
  }
  report(name, from, to, worst, where, bound);
}

// As many f64 as keep the test short, both signs if `both`.
static void walkWide(const char *name, double (*function)(double),
                     long double (*exact)(long double), double from, double to,
                     double bound, int both) {
  double worst = 0, where = from;
  uint64_t first = toWideBits(from), last = toWideBits(to);
  uint64_t step = (last - first) / 200000 + 1;
  for (uint64_t bits = first; bits <= last; bits += step) {
    for (int sign = 0; sign <= both; ++sign) {
      double x;
      memcpy(&x, &bits, 8);
      x = sign ? -x : x;
      long double expected = exact(x);
      int exponent;
      frexpl(expected, &exponent);
      double unit = ldexp(1.0, (exponent < -1021 ? -1021 : exponent) - 53);
      double error = (double)fabsl(function(x) - expected) / unit;
      if (!(error <= worst))
        worst = error, where = x;
    }
  }
  report(name, from, to, worst, where, bound);
}

static void same(const char *name, float found, float expected) {
  int bad = toBits(found) != toBits(expected);
  failed |= bad;
  printf("%s: %s is %g\n", bad ? "FAIL" : "ok", name, found);
}

static void sameWide(const char *name, double found, double expected) {
  int bad = toWideBits(found) != toWideBits(expected);
  failed |= bad;
  printf("%s: %s is %g\n", bad ? "FAIL" : "ok", name, found);
}

static void isNoNumber(const char *name, double found) {
  failed |= found == found;
  printf("%s: %s is %g\n", found == found ? "FAIL" : "ok", name, found);
}

int main(void) {
  const float largest = 0x1.fffffep127f;
  walk("exp", generated_exp, exp, 0.0f, 88.7f, 1.0, 0);
  walk("exp", generated_exp, exp, -0.0f, -87.3f, 1.0, 0);
  same("exp(-inf)", generated_exp(-INFINITY), 0.0f);
  same("exp(-200)", generated_exp(-200.0f), 0.0f);
  same("exp(inf)", generated_exp(INFINITY), INFINITY);
  same("exp(100)", generated_exp(100.0f), INFINITY);
  same("exp(0)", generated_exp(0.0f), 1.0f);
  isNoNumber("exp(nan)", generated_exp(NAN));
  walk("log", generated_log, log, 0x1p-149f, largest, 3.0, 0);
  same("log(0)", generated_log(0.0f), -INFINITY);
  same("log(inf)", generated_log(INFINITY), INFINITY);
  isNoNumber("log(-1)", generated_log(-1.0f));
  isNoNumber("log(nan)", generated_log(NAN));
  walk("expm1", generated_expm1, expm1, 0.0f, 88.7f, 4.0, 0);
  walk("expm1", generated_expm1, expm1, -0.0f, -INFINITY, 4.0, 0);
  same("expm1(inf)", generated_expm1(INFINITY), INFINITY);
  isNoNumber("expm1(nan)", generated_expm1(NAN));
  walk("log1p", generated_log1p, log1p, 0.0f, largest, 4.0, 0);
  walk("log1p", generated_log1p, log1p, -0.0f, -0x1.fffffep-1f, 4.0, 0);
  same("log1p(-1)", generated_log1p(-1.0f), -INFINITY);
  same("log1p(inf)", generated_log1p(INFINITY), INFINITY);
  isNoNumber("log1p(-2)", generated_log1p(-2.0f));
  walk("tanh", generated_tanh, tanh, 0.0f, INFINITY, 3.0, 0);
  walk("tanh", generated_tanh, tanh, -0.0f, -INFINITY, 3.0, 0);
  isNoNumber("tanh(nan)", generated_tanh(NAN));
  walk("erf", generated_erf, erf, 0.0f, INFINITY, 3.0, 0);
  walk("erf", generated_erf, erf, -0.0f, -INFINITY, 3.0, 0);
  isNoNumber("erf(nan)", generated_erf(NAN));
  walk("sin", generated_sin, sin, 0.0f, largest, 1e-7, 1);
  walk("sin", generated_sin, sin, -0.0f, -largest, 1e-7, 1);
  walk("cos", generated_cos, cos, 0.0f, largest, 1e-7, 1);
  walk("cos", generated_cos, cos, -0.0f, -largest, 1e-7, 1);
  isNoNumber("sin(inf)", generated_sin(INFINITY));
  isNoNumber("cos(nan)", generated_cos(NAN));

  walkWide("sinh", wide_sinh, sinhl, 0x1p-1000, 710.4, 4.0, 1);
  walkWide("cosh", wide_cosh, coshl, 0x1p-1000, 710.4, 4.0, 1);
  walkWide("tanh", wide_tanh, tanhl, 0x1p-1000, 1e308, 4.0, 1);
  walkWide("asinh", wide_asinh, asinhl, 0x1p-1000, 1e308, 4.0, 1);
  walkWide("acosh", wide_acosh, acoshl, 1.0, 1e308, 4.0, 0);
  walkWide("atanh", wide_atanh, atanhl, 0x1p-1000, 0x1.fffffffffffffp-1, 4.0,
           1);
  walkWide("erf", wide_erf, erfl, 0x1p-1000, 1e308, 4.0, 1);
  sameWide("sinh(inf)", wide_sinh(INFINITY), INFINITY);
  sameWide("cosh(-inf)", wide_cosh(-INFINITY), INFINITY);
  sameWide("tanh(-inf)", wide_tanh(-INFINITY), -1.0);
  sameWide("asinh(-inf)", wide_asinh(-INFINITY), -INFINITY);
  sameWide("acosh(inf)", wide_acosh(INFINITY), INFINITY);
  sameWide("atanh(1)", wide_atanh(1.0), INFINITY);
  sameWide("erf(-inf)", wide_erf(-INFINITY), -1.0);
  sameWide("sinh(-0)", wide_sinh(-0.0), -0.0);
  isNoNumber("acosh(0.5)", wide_acosh(0.5));
  isNoNumber("atanh(2)", wide_atanh(2.0));
  isNoNumber("erf(nan)", wide_erf(NAN));
  return failed;
}
