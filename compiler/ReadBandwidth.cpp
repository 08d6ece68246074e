//===- ReadBandwidth.cpp - How fast this machine reads memory -------------===//

#include "compiler/ReadBandwidth.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

/// Beyond the caches that a few cores can use, and far below what a compilation
/// may take.
static constexpr uint64_t kWords = uint64_t(384) << 17; // 384 MiB
static constexpr int kTries = 3;

double llm::measureReadBandwidth(unsigned threads) {
  std::unique_ptr<uint64_t[]> words(new uint64_t[kWords]);
  uint64_t slice = kWords / threads;
  // First touched by who reads it: each part lies near its thread.
  std::atomic<unsigned> ready{0};
  std::atomic<int> attempt{0};
  std::atomic<unsigned> done{0};
  std::atomic<uint64_t> sink{0};
  auto read = [&](unsigned thread) {
    uint64_t *begin = words.get() + thread * slice;
    for (uint64_t i = 0; i < slice; ++i)
      begin[i] = i;
    ++ready;
    for (int number = 1; number <= kTries; ++number) {
      while (attempt < number)
        std::this_thread::yield();
      uint64_t sums[8] = {};
      for (uint64_t i = 0; i + 8 <= slice; i += 8)
        for (int lane = 0; lane < 8; ++lane)
          sums[lane] += begin[i + lane];
      for (uint64_t sum : sums)
        sink += sum;
      ++done;
    }
  };
  std::vector<std::thread> team;
  for (unsigned thread = 0; thread < threads; ++thread)
    team.emplace_back(read, thread);
  while (ready < threads)
    std::this_thread::yield();
  double best = 0;
  for (int number = 1; number <= kTries; ++number) {
    auto begin = std::chrono::steady_clock::now();
    attempt = number;
    while (done < threads * number)
      std::this_thread::yield();
    std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - begin;
    best = std::max(best, slice * threads * 8 / seconds.count());
  }
  for (std::thread &thread : team)
    thread.join();
  return best;
}
