//===- Sampler.cpp - From logits to a token -------------------------------===//
//
// The runtime is compiled with -ffp-contract=off: a * b + c rounds twice, on
// machines with and without FMA.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/Sampler.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

using namespace llmrt;

/// exp(x) = 2^k * exp(r) with |r| <= ln(2) / 2, by the series of exp to degree
/// 13, whose rest is below 2^-56 there. Free of branches and conversions, so
/// that loops over it become vector code.
static inline double exponential(double x) {
  constexpr double ln2High = 0x1.62e42fee00000p-1; // 20 trailing zeros: k * it
  constexpr double ln2Low = 0x1.a39ef35793c76p-33; // is exact
  constexpr double log2e = 0x1.71547652b82fep+0;
  constexpr double reciprocalFactorials[] = {
      1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
      1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
      1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        1.0 / 2.0,
  };
  // Below this the result would be subnormal: no such token is ever drawn.
  constexpr double least = -700.0;
  double bounded = x > least ? x : least;
  // Adding 1.5 * 2^52 rounds to an integer, which the low bits then hold.
  constexpr double rounder = 0x1.8p52;
  double shifted = bounded * log2e + rounder;
  double k = shifted - rounder;
  double r = (bounded - k * ln2High) - k * ln2Low;
  double sum = reciprocalFactorials[0];
  for (size_t term = 1; term < std::size(reciprocalFactorials); ++term)
    sum = sum * r + reciprocalFactorials[term];
  sum = 1.0 + (r + r * r * sum);
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof(bits));
  bits = (bits + 1023) << 52; // 2^k
  double scale;
  memcpy(&scale, &bits, sizeof(scale));
  return x > least ? sum * scale : 0.0;
}

double llmrt::expOfNonPositive(double x) { return exponential(x); }

double llmrt::uniform(uint64_t seed, uint64_t n) {
  // Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014.
  uint64_t mixed = seed + (n + 1) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
  mixed ^= mixed >> 31;
  return double(mixed >> 11) * 0x1p-53;
}

Status llmrt::checkSampling(const llmrt_sampling &sampling) {
  auto refuse = [](const char *what, float value, const char *accepted) {
    return fail(LLMRT_INVALID_ARGUMENT, "%s is %g; accepted: %s", what, value,
                accepted);
  };
  if (!(sampling.temperature >= 0) || std::isinf(sampling.temperature))
    return refuse("temperature", sampling.temperature,
                  "0 (greedy) and positive numbers");
  if (!(sampling.top_p >= 0 && sampling.top_p <= 1))
    return refuse("top_p", sampling.top_p, "0 to 1");
  if (!(sampling.min_p >= 0 && sampling.min_p <= 1))
    return refuse("min_p", sampling.min_p, "0 to 1");
  if (!(sampling.repetition_penalty >= 0) ||
      std::isinf(sampling.repetition_penalty))
    return refuse("repetition_penalty", sampling.repetition_penalty,
                  "0 (none) and positive numbers");
  return LLMRT_OK;
}

void Sampler::place(BlockCarver &carver) {
  seen = carver.take<uint64_t>((vocab + 63) / 64);
  candidates = carver.take<Candidate>(vocab);
  weights = carver.take<double>(vocab);
  sorted = carver.take<Candidate>(vocab);
}

/// The largest logit; -infinity if none is a number.
static float largest(const float *logits, size_t count) {
  // Independent maxima, which the compiler keeps in vector registers. A NaN is
  // never greater.
  constexpr size_t lanes = 32;
  constexpr float none = -std::numeric_limits<float>::infinity();
  float best[lanes];
  std::fill(best, best + lanes, none);
  size_t index = 0;
  for (; index + lanes <= count; index += lanes)
    for (size_t lane = 0; lane < lanes; ++lane)
      best[lane] =
          logits[index + lane] > best[lane] ? logits[index + lane] : best[lane];
  for (; index < count; ++index)
    best[0] = logits[index] > best[0] ? logits[index] : best[0];
  return *std::max_element(best, best + lanes);
}

void Sampler::penalize(float *logits, const int32_t *history, size_t count,
                       float penalty) {
  for (size_t index = 0; index < count; ++index) {
    uint32_t token = uint32_t(history[index]);
    uint64_t bit = uint64_t(1) << token % 64;
    if (seen[token / 64] & bit)
      continue;
    seen[token / 64] |= bit;
    float &logit = logits[token];
    logit = logit < 0 ? logit * penalty : logit / penalty;
  }
  for (size_t index = 0; index < count; ++index)
    seen[uint32_t(history[index]) / 64] = 0;
}

void Sampler::keepTopK(uint32_t k) {
  if (k >= kept)
    return;
  // Keeps the best k so far in a heap: most candidates cost one comparison.
  std::partial_sort_copy(
      candidates, candidates + kept, sorted, sorted + k,
      [](const Candidate &a, const Candidate &b) { return a.score > b.score; });
  float least = sorted[k - 1].score;
  kept = size_t(
      std::remove_if(candidates, candidates + kept,
                     [=](const Candidate &c) { return c.score < least; }) -
      candidates);
}

void Sampler::keepTopP(double p) {
  auto isBetter = [](const Candidate &a, const Candidate &b) {
    return a.score != b.score ? a.score > b.score : a.token < b.token;
  };
  double total = 0;
  for (size_t index = 0; index < kept; ++index)
    total += weights[index];
  float best = -std::numeric_limits<float>::infinity();
  for (size_t index = 0; index < kept; ++index) {
    sorted[index] = candidates[index];
    best = std::max(best, candidates[index].score);
  }
  // Few tokens hold most of the mass: sort the best ones, and more only if
  // those do not suffice.
  double mass = 0;
  size_t done = 0;
  Candidate last = {};
  for (size_t head = 64; done < kept; head *= 8) {
    head = std::min(head, kept - done);
    std::partial_sort(sorted + done, sorted + done + head, sorted + kept,
                      isBetter);
    for (size_t end = done + head; done < end; ++done) {
      if (done != 0 && mass >= p * total)
        break;
      last = sorted[done];
      mass += exponential(double(last.score) - double(best));
    }
    if (mass >= p * total)
      break;
  }
  kept = size_t(
      std::remove_if(candidates, candidates + kept,
                     [&](const Candidate &c) { return isBetter(last, c); }) -
      candidates);
}

void Sampler::keepMinP(double p) {
  size_t left = 0;
  for (size_t index = 0; index < kept; ++index)
    if (weights[index] >= p) { // the best one weighs 1
      candidates[left] = candidates[index];
      weights[left++] = weights[index];
    }
  kept = left;
}

Status Sampler::sample(const llmrt_sampling &sampling, float *logits,
                       const int32_t *history, size_t count, uint64_t draw,
                       int32_t &token) {
  if (sampling.repetition_penalty != 0 && sampling.repetition_penalty != 1)
    penalize(logits, history, count, sampling.repetition_penalty);
  float best = largest(logits, vocab);
  if (best == -std::numeric_limits<float>::infinity())
    return fail(LLMRT_MODEL_FAILED, "the step gave no logit that is a number");
  if (sampling.temperature == 0) {
    token = int32_t(std::find(logits, logits + vocab, best) - logits);
    return LLMRT_OK;
  }
  if (best == std::numeric_limits<float>::infinity())
    return fail(LLMRT_MODEL_FAILED, "the step gave an infinite logit");

  kept = 0;
  for (uint32_t index = 0; index < vocab; ++index) {
    float score = logits[index] / sampling.temperature;
    if (score > -std::numeric_limits<float>::infinity()) // drops NaN as well
      candidates[kept++] = {score, int32_t(index)};
  }
  if (sampling.top_k != 0)
    keepTopK(sampling.top_k);

  double top = double(best / sampling.temperature);
  auto weigh = [&] {
    for (size_t index = 0; index < kept; ++index)
      weights[index] = exponential(double(candidates[index].score) - top);
  };
  weigh();
  if (sampling.top_p != 0 && sampling.top_p < 1) {
    keepTopP(double(sampling.top_p));
    weigh();
  }
  if (sampling.min_p != 0)
    keepMinP(double(sampling.min_p));

  double total = 0;
  for (size_t index = 0; index < kept; ++index)
    total += weights[index];
  double wanted = uniform(sampling.seed, draw) * total, sum = 0;
  token = candidates[kept - 1].token; // should rounding leave nothing above
  for (size_t index = 0; index < kept; ++index)
    if ((sum += weights[index]) > wanted) {
      token = candidates[index].token;
      break;
    }
  return LLMRT_OK;
}
