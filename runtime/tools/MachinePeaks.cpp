//===- MachinePeaks.cpp - What this machine can do at most ----------------===//

#include "runtime/tools/MachinePeaks.h"

#include <chrono>

#include <sys/mman.h>

using namespace llmrt::tools;

/// Larger than the caches of the machines at hand, by an order of magnitude.
static constexpr uint64_t kBufferBytes = uint64_t(1) << 30;
static constexpr int kTries = 2; ///< of a sample, which is the better one
static constexpr double kSeconds = 0.01; ///< of a try of arithmetic

Peak llmrt::tools::arithmeticPeak(const std::string &computeType) {
  return computeType == "i8"     ? Peak::Int8
         : computeType == "bf16" ? Peak::BF16
                                 : Peak::F32;
}

MachinePeaks::MachinePeaks(uint32_t threads)
    : team(threads), loops(fastestLoops()),
      slice(kBufferBytes / threads & ~uint64_t(4095)) {
  void *mapped = mmap(nullptr, kBufferBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    return;
  madvise(mapped, kBufferBytes, MADV_HUGEPAGE);
  bytes = static_cast<uint8_t *>(mapped);
  team.rate([&](uint32_t thread) {
    std::fill_n(bytes + thread * slice, slice, uint8_t(thread + 1));
    return slice;
  });
}

MachinePeaks::~MachinePeaks() {
  if (bytes)
    munmap(bytes, kBufferBytes);
}

double MachinePeaks::readRate() {
  std::atomic<uint64_t> sink{0};
  double best = 0;
  for (int attempt = 0; attempt < kTries; ++attempt)
    best = std::max(best, team.rate([&](uint32_t thread) {
      sink += readAll(bytes + thread * slice, slice);
      return slice;
    }));
  return best;
}

double MachinePeaks::loopRate(ArithmeticLoop loop, uint64_t &count) {
  std::chrono::duration<double> seconds(0);
  while (count == 0 || (seconds.count() > 0 && seconds.count() < kSeconds)) {
    count = count == 0 ? 1 : count * 2;
    auto begin = std::chrono::steady_clock::now();
    loop(count);
    seconds = std::chrono::steady_clock::now() - begin;
  }
  double best = 0;
  for (int attempt = 0; attempt < kTries; ++attempt)
    best = std::max(best, team.rate([&](uint32_t) { return loop(count); }));
  return best;
}

PeakRates MachinePeaks::sample() {
  PeakRates rates;
  rates[size_t(Peak::Read)] = readRate();
  auto measure = [&](Peak peak, ArithmeticLoop loop) {
    rates[size_t(peak)] = loopRate(loop, rounds[size_t(peak)]);
  };
  measure(Peak::F32, loops.f32);
  measure(Peak::Int8, loops.int8);
  if (loops.bf16)
    measure(Peak::BF16, loops.bf16);
  else
    rates[size_t(Peak::BF16)] = rates[size_t(Peak::F32)];
  for (size_t peak = 0; peak < kPeaks; ++peak) {
    rates[peak] *= 1e-9;
    samples[peak].add(rates[peak]);
  }
  return rates;
}
