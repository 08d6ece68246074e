//===- math.c - Errors of generated exp, log, sin and cos -----------------===//
//
// Walks the f32 of each function's range, compares with the f64 function of the
// host's library, and fails past the stated error. Errors are in units of the
// last place of the result, for sin and cos absolute.
//
//===----------------------------------------------------------------------===//

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

float generated_exp(float), generated_log(float), generated_sin(float),
    generated_cos(float);

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

static double ulpOf(double x) {
  int exponent;
  frexp(x, &exponent);
  return ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

static int failed;

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
  int bad = !(worst <= bound);
  failed |= bad;
  printf("%s: %s [%g, %g] %.3g at %a, stated %g\n", bad ? "FAIL" : "ok", name,
         from, to, worst, where, bound);
}

static void same(const char *name, float found, float expected) {
  int bad = toBits(found) != toBits(expected);
  failed |= bad;
  printf("%s: %s is %g\n", bad ? "FAIL" : "ok", name, found);
}

int main(void) {
  walk("exp", generated_exp, exp, 0.0f, 88.7f, 1.0, 0);
  walk("exp", generated_exp, exp, -0.0f, -87.3f, 1.0, 0);
  same("exp(-inf)", generated_exp(-INFINITY), 0.0f);
  same("exp(-200)", generated_exp(-200.0f), 0.0f);
  same("exp(inf)", generated_exp(INFINITY), INFINITY);
  same("exp(100)", generated_exp(100.0f), INFINITY);
  same("exp(0)", generated_exp(0.0f), 1.0f);
  walk("log", generated_log, log, 0x1p-126f, 0x1.fffffep127f, 3.0, 0);
  walk("sin", generated_sin, sin, 0.0f, 131072.0f, 1e-7, 1);
  walk("sin", generated_sin, sin, -0.0f, -131072.0f, 1e-7, 1);
  walk("cos", generated_cos, cos, 0.0f, 131072.0f, 1e-7, 1);
  walk("cos", generated_cos, cos, -0.0f, -131072.0f, 1e-7, 1);
  return failed;
}
