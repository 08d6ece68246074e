//===- ThreadTeamTest.cpp - Every thread runs every step once -------------===//

#include "runtime/lib/cpu/ThreadTeam.h"
#include "runtime/lib/CallMemory.h"
#include "runtime/lib/cpu/CpuTopology.h"
#include "tests/runtime/FakeTeam.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cfenv>
#include <ctime>
#include <string>

#include <immintrin.h>
#include <sched.h>
#include <unistd.h>

using namespace llmrt;

namespace {

/// What the steps below count; a step is a plain function.
std::atomic<uint32_t> runs[8];
std::atomic<uint32_t> modes;

void countRuns(const StepContext *, uint32_t thread) { ++runs[thread]; }

/// A barrier by the protocol of TeamSync, without spinning.
void meet(const StepContext *context) {
  TeamSync &sync = *context->sync;
  uint32_t seen = __atomic_load_n(&sync.generation, __ATOMIC_RELAXED);
  if (__atomic_add_fetch(&sync.arrived, 1, __ATOMIC_ACQ_REL) ==
      context->threads) {
    __atomic_store_n(&sync.arrived, 0, __ATOMIC_RELAXED);
    __atomic_fetch_add(&sync.generation, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&sync.sleepers, __ATOMIC_SEQ_CST) != 0)
      context->host->wake(context->host->self, &sync.generation);
    return;
  }
  while (__atomic_load_n(&sync.generation, __ATOMIC_ACQUIRE) == seen)
    context->host->park(context->host->self, &sync.generation, seen);
}

uint32_t plain; ///< only ordered by barriers

void countInTurns(const StepContext *context, uint32_t thread) {
  for (uint32_t turn = 0; turn < context->threads; ++turn) {
    if (turn == thread)
      ++plain;
    meet(context);
  }
}

void readMode(const StepContext *, uint32_t) { modes |= _mm_getcsr(); }

void failTwice(const StepContext *context, uint32_t thread) {
  if (thread == 1)
    context->host->fail(context->host->self, "first");
  meet(context);
  if (thread == 0)
    context->host->fail(context->host->self, "second");
}

constexpr uint32_t kTiles = 40, kKernels = 50;
std::atomic<uint32_t> tilesDone;
uint32_t plainTiles[kTiles]; ///< only ordered by the gate

void runKernel(const StepContext *context, uint32_t) {
  for (;;) {
    uint32_t tile =
        __atomic_fetch_add(&context->sync->nextTile, 1, __ATOMIC_RELAXED);
    if (tile >= kTiles)
      return;
    ++plainTiles[tile];
    ++tilesDone;
  }
}

/// A graph of kernels, each of which has to see what all before it have done.
void runKernels(const StepContext *context, uint32_t thread) {
  if (thread != 0)
    return runKernel(context, thread);
  for (uint32_t kernel = 1; kernel <= kKernels; ++kernel) {
    uint32_t before = tilesDone;
    fake::openGate(*context, [&] { runKernel(context, 0); });
    if (tilesDone != before + kTiles)
      context->host->fail(context->host->self, "a tile is missing");
  }
}

std::unique_ptr<ThreadTeam>
makeTeam(uint32_t threads, ThreadTeam::Work kind = ThreadTeam::Work::Steps) {
  std::unique_ptr<ThreadTeam> team;
  EXPECT_EQ(ThreadTeam::create(threads, kind, team), LLMRT_OK) << lastError();
  return team;
}

} // namespace

TEST(ThreadTeam, EveryThreadRunsEveryStepOnce) {
  for (uint32_t threads : {1u, 2u, 3u, 8u}) {
    for (auto &count : runs)
      count = 0;
    auto team = makeTeam(threads);
    StepContext context = {};
    for (uint32_t step = 1; step <= 200; ++step) {
      ASSERT_EQ(team->run(countRuns, context), LLMRT_OK);
      for (uint32_t thread = 0; thread < 8; ++thread)
        ASSERT_EQ(runs[thread], thread < threads ? step : 0);
    }
  }
}

TEST(ThreadTeam, EveryTileOfAGraphsKernelsIsDoneOnce) {
  for (uint32_t threads : {1u, 2u, 3u, 8u, 64u}) {
    auto team = makeTeam(threads, ThreadTeam::Work::Graphs);
    CallMemory memory(1 << 20);
    StepContext context = {};
    tilesDone = 0;
    std::fill(std::begin(plainTiles), std::end(plainTiles), 0);
    for (uint32_t call = 1; call <= 40; ++call) {
      if (call % 20 == 0)
        usleep(2000); // longer than a thread spins
      ASSERT_EQ(team->runGraph(runKernels, context, memory), LLMRT_OK)
          << lastError();
      for (uint32_t tile : plainTiles)
        ASSERT_EQ(tile, call * kKernels);
    }
  }
}

TEST(ThreadTeam, SleepersAreWoken) {
  auto team = makeTeam(3);
  StepContext context = {};
  plain = 0;
  for (uint32_t step = 1; step <= 30; ++step) {
    usleep(2000); // longer than a thread spins
    ASSERT_EQ(team->run(countInTurns, context), LLMRT_OK);
    ASSERT_EQ(plain, 3 * step);
  }
}

TEST(ThreadTeam, BarriersOrderThreadsThatSleep) {
  for (uint32_t threads : {2u, 3u, 5u}) {
    auto team = makeTeam(threads);
    StepContext context = {};
    plain = 0;
    for (uint32_t step = 1; step <= 500; ++step) {
      ASSERT_EQ(team->run(countInTurns, context), LLMRT_OK);
      ASSERT_EQ(plain, threads * step);
    }
  }
}

TEST(ThreadTeam, TheFirstFailureIsTold) {
  auto team = makeTeam(2);
  StepContext context = {};
  EXPECT_EQ(team->run(failTwice, context), LLMRT_MODEL_FAILED);
  EXPECT_EQ(std::string(lastError()), "the model's code reports: first");
  EXPECT_EQ(team->run(countRuns, context), LLMRT_OK);
}

TEST(ThreadTeam, StepsRunInTheDefaultFloatingPointMode) {
  modes = 0;
  auto team = makeTeam(2);
  StepContext context = {};
  unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040); // flush to zero, denormals are zero
  EXPECT_EQ(team->run(readMode, context), LLMRT_OK);
  EXPECT_EQ(_mm_getcsr() & 0x8040, 0x8040u) << "the caller's mode is its own";
  _mm_setcsr(before);
  EXPECT_EQ(modes & 0xe040, 0u) << "round to nearest, denormals kept";
}

TEST(ThreadTeam, OneCpuForAllThreadsIsNoDisaster) {
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &all) && CPU_COUNT(&one) == 0)
      CPU_SET(cpu, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  auto team = makeTeam(2);
  StepContext context = {};
  plain = 0;
  std::clock_t start = std::clock();
  for (uint32_t step = 0; step < 100; ++step)
    ASSERT_EQ(team->run(countInTurns, context), LLMRT_OK);
  double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
  sched_setaffinity(0, sizeof(all), &all);
  EXPECT_EQ(plain, 200u);
  EXPECT_EQ(context.spinLimit, 0u) << "spinning would only be in the way";
  // 200 meetings of two threads; a time slice spun away at each would be a
  // second or more. Time of the CPU, not of the clock: the machine may be busy.
  EXPECT_LT(seconds, 0.5);
}
