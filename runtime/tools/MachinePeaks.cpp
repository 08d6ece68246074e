//===- MachinePeaks.cpp - What the machine can do at best -----------------===//
//
// Threads start a burst together and count pieces of work until its time is
// over. A piece is short against the burst, so that they end together as well.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/MachinePeaks.h"

#include "runtime/tools/Handles.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace llmrt::tools;
using Clock = std::chrono::steady_clock;

namespace {

constexpr size_t kHugePage = size_t(1) << 21;
constexpr size_t kReadPiece = size_t(1) << 20;
constexpr uint32_t kIterationsPerPiece = 2048;
constexpr double kReadSeconds = 0.03, kArithmeticSeconds = 0.005;
constexpr int kBurstsAtATime = 3;

/// Bytes that one thread reads before it meets the same ones again.
size_t bytesPerThread(unsigned threads) {
  size_t cache = std::max(0L, sysconf(_SC_LEVEL3_CACHE_SIZE));
  size_t total = std::clamp(2 * cache * threads, size_t(512) << 20,
                            std::max(size_t(8) << 30, kReadPiece * threads));
  size_t free = size_t(std::max(0L, sysconf(_SC_AVPHYS_PAGES))) *
                size_t(sysconf(_SC_PAGESIZE));
  total = std::min(total, std::max(free / 4, kHugePage * threads));
  return total / threads / kHugePage * kHugePage;
}

} // namespace

void MachinePeaks::Unmap::operator()(char *data) const { munmap(data, bytes); }

MachinePeaks::MachinePeaks(unsigned threads)
    : threads(threads), share(bytesPerThread(threads)), offsets(threads) {
  size_t bytes = share * threads;
  void *mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED)
    throw Failure("no memory of " + std::to_string(bytes >> 20) +
                  " MiB to measure the read bandwidth with");
  data = std::unique_ptr<char, Unmap>(static_cast<char *>(mapped), {bytes});
  madvise(mapped, bytes, MADV_HUGEPAGE); // an offer: small pages work as well
  // Written by the thread that reads it, so that it lies in that one's memory;
  // pages never written would all be the same page of zeros.
  burst(0, [&](unsigned thread) {
    std::memset(data.get() + thread * share, 1 + thread, share);
    return 0.0;
  });
}

double MachinePeaks::burst(double seconds,
                           const std::function<double(unsigned)> &work) {
  struct Member {
    Clock::time_point start, end;
    double amount = 0;
  };
  std::vector<Member> members(threads);
  std::atomic<unsigned> ready{0};
  auto length = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(seconds));
  auto run = [&](unsigned thread) {
    Member member;
    ++ready;
    while (ready < threads)
      std::this_thread::yield();
    member.start = member.end = Clock::now();
    do {
      member.amount += work(thread);
      member.end = Clock::now();
    } while (member.end - member.start < length);
    members[thread] = member;
  };
  std::vector<std::thread> others;
  try {
    for (unsigned thread = 1; thread < threads; ++thread)
      others.emplace_back(run, thread);
  } catch (const std::exception &failure) {
    ready = threads; // nobody waits for those that did not start
    for (std::thread &other : others)
      other.join();
    throw Failure("cannot start " + std::to_string(threads) +
                  " threads: " + failure.what());
  }
  run(0);
  for (std::thread &other : others)
    other.join();
  Member all = members[0];
  for (unsigned thread = 1; thread < threads; ++thread) {
    all.start = std::min(all.start, members[thread].start);
    all.end = std::max(all.end, members[thread].end);
    all.amount += members[thread].amount;
  }
  return all.amount /
         std::chrono::duration<double>(all.end - all.start).count();
}

double MachinePeaks::arithmetic(const ArithmeticLoop &loop) {
  if (!loop.run)
    return 0;
  return burst(kArithmeticSeconds, [&](unsigned) {
    loop.run(kIterationsPerPiece);
    return double(kIterationsPerPiece) * loop.operations;
  });
}

double MachinePeaks::reading() {
  if (!loops.read)
    return 0;
  return burst(kReadSeconds, [&](unsigned thread) {
    size_t offset = offsets[thread];
    loops.read(data.get() + thread * share + offset, kReadPiece);
    offsets[thread] = (offset + kReadPiece) % share;
    return double(kReadPiece);
  });
}

void MachinePeaks::measure() {
  for (int i = 0; i < kBurstsAtATime; ++i) {
    read = std::max(read, reading());
    f32 = std::max(f32, arithmetic(loops.f32));
    bf16 = std::max(bf16, arithmetic(loops.bf16));
    int8 = std::max(int8, arithmetic(loops.int8));
  }
}
