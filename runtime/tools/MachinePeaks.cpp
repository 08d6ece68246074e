//===- MachinePeaks.cpp - What this machine can do at most ----------------===//

#include "runtime/tools/MachinePeaks.h"

#include "runtime/tools/ArithmeticLoops.h"
#include "runtime/tools/Handles.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include <sys/mman.h>

using namespace llmrt::tools;

/// Larger than the caches of the machines at hand.
static constexpr uint64_t kBufferBytes = uint64_t(1) << 30;
static constexpr int kRounds = 5;
static constexpr double kSeconds = 0.05; ///< of a round of arithmetic

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Runs body(thread) on all threads at once; the sum of what they return over
/// the time from the first start to the last end.
static double rate(uint32_t threads,
                   const std::function<uint64_t(uint32_t)> &body) {
  std::atomic<uint32_t> waiting{threads};
  std::vector<double> begins(threads), ends(threads);
  std::vector<uint64_t> amounts(threads);
  auto work = [&](uint32_t thread) {
    for (--waiting; waiting != 0;)
      std::this_thread::yield();
    begins[thread] = now();
    amounts[thread] = body(thread);
    ends[thread] = now();
  };
  std::vector<std::thread> team;
  for (uint32_t thread = 1; thread < threads; ++thread)
    team.emplace_back(work, thread);
  work(0);
  for (std::thread &thread : team)
    thread.join();
  double amount = 0;
  for (uint64_t part : amounts)
    amount += double(part);
  return amount / (*std::max_element(ends.begin(), ends.end()) -
                   *std::min_element(begins.begin(), begins.end()));
}

static double readRate(uint32_t threads) {
  uint64_t slice = kBufferBytes / threads & ~uint64_t(4095);
  void *mapped = mmap(nullptr, kBufferBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    exitWith("no memory to measure its bandwidth with");
  madvise(mapped, kBufferBytes, MADV_HUGEPAGE);
  uint8_t *bytes = static_cast<uint8_t *>(mapped);
  std::atomic<uint64_t> sink{0};
  double best = 0;
  for (int round = 0; round <= kRounds; ++round) {
    double found = rate(threads, [&](uint32_t thread) {
      uint8_t *begin = bytes + thread * slice;
      if (round == 0) // the thread that reads a page is the first to touch it
        std::fill(begin, begin + slice, uint8_t(thread + 1));
      else
        sink += readAll(begin, slice);
      return slice;
    });
    if (round != 0)
      best = std::max(best, found);
  }
  munmap(mapped, kBufferBytes);
  return best;
}

static double loopRate(uint32_t threads, ArithmeticLoop loop) {
  uint64_t rounds = 1;
  for (double seconds = 0; seconds < kSeconds; rounds *= 2) {
    double begin = now();
    loop(rounds);
    seconds = now() - begin;
  }
  double best = 0;
  for (int round = 0; round < kRounds; ++round)
    best =
        std::max(best, rate(threads, [&](uint32_t) { return loop(rounds); }));
  return best;
}

void MachinePeaks::measure(uint32_t threads) {
  ArithmeticLoops loops = fastestLoops();
  auto keep = [](double &best, double found) {
    best = std::max(best, found * 1e-9);
  };
  keep(readGBytes, readRate(threads));
  keep(f32GFlops, loopRate(threads, loops.f32));
  if (loops.bf16)
    keep(bf16GFlops, loopRate(threads, loops.bf16));
  else
    bf16GFlops = f32GFlops;
  keep(int8GOps, loopRate(threads, loops.int8));
}

double MachinePeaks::arithmetic(const std::string &computeType) const {
  return computeType == "i8"     ? int8GOps
         : computeType == "bf16" ? bf16GFlops
                                 : f32GFlops;
}
