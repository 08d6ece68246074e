//===- ThreadTeam.cpp - The threads that run a step -----------------------===//
//
// Who sleeps says so before looking at the word once more, who changes the word
// does so before asking whether anyone sleeps; both sequentially consistent, so
// one of the two sees the other and no wake is lost.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/cpu/ThreadTeam.h"

#include "runtime/lib/CallMemory.h"
#include "runtime/lib/cpu/CpuTopology.h"
#include "runtime/lib/cpu/Futex.h"

#include <cstdio>
#include <cstring>

#include <immintrin.h>
#include <signal.h>

using namespace llmrt;

/// About 50 to 100 microseconds: as long as it takes to sample a token.
static constexpr uint32_t kSpinLimit = 2000;
static constexpr size_t kStackBytes = 1 << 20;

static uint32_t load(const uint32_t &word) {
  return __atomic_load_n(&word, __ATOMIC_SEQ_CST);
}

static void add(uint32_t &word, uint32_t value) {
  __atomic_fetch_add(&word, value, __ATOMIC_SEQ_CST);
}

/// Sleeps on `word` with the count of sleepers raised.
static void sleepOn(uint32_t *word, uint32_t seen, uint32_t &sleepers) {
  add(sleepers, 1);
  if (load(*word) == seen)
    futexWait(word, seen);
  add(sleepers, -1);
}

namespace {

/// The floating-point mode that the object was compiled for (round to nearest,
/// denormals kept, no traps), whatever the host program has set on its thread:
/// the same input gives the same bits.
class DefaultFloatMode {
public:
  DefaultFloatMode() : before(_mm_getcsr()) { _mm_setcsr(0x1f80); }
  ~DefaultFloatMode() { _mm_setcsr(before); }

private:
  unsigned before;
};

} // namespace

ThreadTeam::ThreadTeam(uint32_t threads)
    : threads(threads),
      // With more threads than CPUs, spinning only keeps the others from
      // running.
      spinLimit(threads <= readCpuTopology().cpus ? kSpinLimit : 0),
      host{this, park, wake, reportFailure, allocate, release, abandon} {}

Status ThreadTeam::create(uint32_t threads, std::unique_ptr<ThreadTeam> &team) {
  std::unique_ptr<ThreadTeam> created(new ThreadTeam(threads));
  if (Status status = created->start())
    return status;
  team = std::move(created);
  return LLMRT_OK;
}

Status ThreadTeam::start() {
  workers.reserve(threads - 1); // workers are given out by address
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  size_t stackBytes = kStackBytes;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  stackBytes *= 8;
#endif
  pthread_attr_setstacksize(&attributes, stackBytes);
  // The host program's signals are for the host program's threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  for (uint32_t index = 1; index < threads && !error; ++index) {
    workers.push_back({this, index, {}});
    error = pthread_create(&workers.back().thread, &attributes, runWorker,
                           &workers.back());
    if (error)
      workers.pop_back();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (error)
    return fail(LLMRT_SYSTEM,
                "thread %zu of %u cannot be started: %s. Ask for fewer threads",
                workers.size() + 1, threads, strerror(error));
  return LLMRT_OK;
}

ThreadTeam::~ThreadTeam() {
  step = nullptr;
  add(epoch, 1);
  futexWakeAll(&epoch);
  for (Worker &worker : workers)
    pthread_join(worker.thread, nullptr);
}

void *ThreadTeam::runWorker(void *opaque) {
  Worker *worker = static_cast<Worker *>(opaque);
  pthread_setname_np(pthread_self(), "llmrt");
  worker->team->work(worker->index);
  return nullptr;
}

/// Waits for a step after the `seen`-th; returns its number.
uint32_t ThreadTeam::awaitStep(uint32_t seen) {
  for (uint32_t spin = 0; spin < spinLimit; ++spin) {
    if (uint32_t now = load(epoch); now != seen)
      return now;
    _mm_pause();
  }
  uint32_t now;
  while ((now = load(epoch)) == seen)
    sleepOn(&epoch, seen, sleepers);
  return now;
}

void ThreadTeam::work(uint32_t index) {
  DefaultFloatMode mode;
  for (uint32_t seen = 0;;) {
    seen = awaitStep(seen);
    if (!step)
      return;
    step(context, index);
    if (__atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST) == 0)
      futexWakeAll(&running);
  }
}

Status ThreadTeam::run(StepFunction function, StepContext &stepContext) {
  stepContext.sync = &sync;
  stepContext.host = &host;
  stepContext.threads = threads;
  stepContext.spinLimit = stepsWithoutSpin == 0 ? spinLimit : 0;
  step = function;
  context = &stepContext;
  failed.store(false, std::memory_order_relaxed);
  running = threads - 1;
  uint32_t barriersBefore = sync.generation;

  add(epoch, 1);
  if (load(sleepers) != 0)
    futexWakeAll(&epoch);
  {
    DefaultFloatMode mode;
    if (memory)
      callGraph();
    else
      function(&stepContext, 0);
  }
  // The others are past the last barrier too, at most a few instructions away.
  uint32_t left;
  for (uint32_t spin = 0; (left = load(running)) != 0; ++spin) {
    if (spin < spinLimit)
      _mm_pause();
    else
      futexWait(&running, left);
  }
  adaptSpin(sync.generation - barriersBefore);
  if (failed.load(std::memory_order_relaxed))
    return fail(LLMRT_MODEL_FAILED, "the model's code reports: %s", failure);
  return LLMRT_OK;
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

Status ThreadTeam::runGraph(StepFunction graph, StepContext &graphContext,
                            CallMemory &callMemory) {
  memory = &callMemory;
  givenUp = LLMRT_OK;
  graphContext.kernel = graphContext.closure = nullptr;
  Status status = run(graph, graphContext);
  memory = nullptr;
  return status ? status : givenUp;
}

/// Thread 0's part of a graph. Generated code has nothing to clean up but
/// memory, which belongs to the call, so giving up is a jump back to here. The
/// others then wait for a kernel and have to be told that there is none.
void ThreadTeam::callGraph() {
  if (setjmp(graphEnd) == 0)
    return step(context, 0);
  context->kernel = nullptr;
  joinBarrier();
}

void ThreadTeam::leaveGraph(Status status) {
  givenUp = status;
  longjmp(graphEnd, 1);
}

/// A barrier of generated code (TeamSync), passed by the host.
void ThreadTeam::joinBarrier() {
  uint32_t seen = __atomic_load_n(&sync.generation, __ATOMIC_RELAXED);
  if (__atomic_add_fetch(&sync.arrived, 1, __ATOMIC_ACQ_REL) == threads) {
    __atomic_store_n(&sync.arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&sync.nextTile, 0, __ATOMIC_RELAXED);
    add(sync.generation, 1);
    if (load(sync.sleepers) != 0)
      futexWakeAll(&sync.generation);
    return;
  }
  for (uint32_t spin = 0; load(sync.generation) == seen; ++spin) {
    if (spin < context->spinLimit)
      _mm_pause();
    else
      sleepOn(&sync.generation, seen, sync.sleepers);
  }
}

/// Spinning pays while every thread of the team has a CPU. Where other programs
/// want the CPUs as well, the thread that is waited for often is the one that
/// is not running, and spinning keeps it from it: a barrier then takes a time
/// slice instead of a wake-up. Threads that run out of patience at many
/// barriers are the sign of it; the team then sleeps at once for a while.
void ThreadTeam::adaptSpin(uint32_t barriers) {
  constexpr uint32_t patience = 64; // steps until spinning is tried again
  uint32_t slept = __atomic_exchange_n(&parks, 0, __ATOMIC_RELAXED);
  if (stepsWithoutSpin != 0)
    --stepsWithoutSpin;
  else if (uint64_t(slept) * 4 > uint64_t(barriers) * (threads - 1))
    stepsWithoutSpin = patience;
}

//===----------------------------------------------------------------------===//
// What generated code may call
//===----------------------------------------------------------------------===//

void ThreadTeam::park(void *self, uint32_t *word, uint32_t seen) {
  ThreadTeam *team = static_cast<ThreadTeam *>(self);
  __atomic_fetch_add(&team->parks, 1, __ATOMIC_RELAXED);
  sleepOn(word, seen, team->sync.sleepers);
}

void ThreadTeam::wake(void *, uint32_t *word) { futexWakeAll(word); }

void ThreadTeam::reportFailure(void *self, const char *message) {
  ThreadTeam *team = static_cast<ThreadTeam *>(self);
  // The first of the threads that fail tells why.
  if (!team->failed.exchange(true, std::memory_order_relaxed))
    snprintf(team->failure, sizeof(team->failure), "%s", message);
}

void *ThreadTeam::allocate(void *self, uint64_t bytes) {
  ThreadTeam *team = static_cast<ThreadTeam *>(self);
  if (void *block = team->memory->allocate(bytes))
    return block;
  team->leaveGraph(LLMRT_OUT_OF_MEMORY);
}

void ThreadTeam::release(void *self, void *block) {
  static_cast<ThreadTeam *>(self)->memory->release(block);
}

void ThreadTeam::abandon(void *self, const char *message) {
  reportFailure(self, message);
  static_cast<ThreadTeam *>(self)->leaveGraph(LLMRT_MODEL_FAILED);
}
