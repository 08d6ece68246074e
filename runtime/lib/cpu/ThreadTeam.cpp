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
/// At a barrier of a step another thread's last tile may be under way: one of a
/// prompt takes up to a millisecond, and a wake-up costs more than the wait.
static constexpr uint32_t kBarrierSpinFactor = 10;
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

ThreadTeam::ThreadTeam(uint32_t threads, Work kind)
    : threads(threads), kind(kind),
      // With more threads than CPUs, spinning only keeps the others from
      // running.
      spinLimit(threads <= readCpuTopology().cpus ? kSpinLimit : 0),
      host{this, park, wake, reportFailure, allocate, release, abandon} {
  if (kind == Work::Graphs)
    sync.arrived = kGateClosed;
}

Status ThreadTeam::create(uint32_t threads, Work kind,
                          std::unique_ptr<ThreadTeam> &team) {
  std::unique_ptr<ThreadTeam> created(new ThreadTeam(threads, kind));
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
  over = true;
  uint32_t &word = kind == Work::Steps ? epoch : sync.generation;
  add(word, 1);
  futexWakeAll(&word);
  for (Worker &worker : workers)
    pthread_join(worker.thread, nullptr);
}

void *ThreadTeam::runWorker(void *opaque) {
  Worker *worker = static_cast<Worker *>(opaque);
  pthread_setname_np(pthread_self(), "llmrt");
  DefaultFloatMode mode;
  if (worker->team->kind == Work::Steps)
    worker->team->runSteps(worker->index);
  else
    worker->team->joinKernels(worker->index);
  return nullptr;
}

/// Waits until the word is another one than `seen`; returns it.
uint32_t ThreadTeam::awaitChange(uint32_t &word, uint32_t seen,
                                 uint32_t &asleep) {
  for (uint32_t spin = 0; spin < spinLimit; ++spin) {
    if (uint32_t now = load(word); now != seen)
      return now;
    _mm_pause();
  }
  uint32_t now;
  while ((now = load(word)) == seen)
    sleepOn(&word, seen, asleep);
  return now;
}

void ThreadTeam::prepare(StepFunction function, StepContext &stepContext) {
  stepContext.sync = &sync;
  stepContext.host = &host;
  stepContext.threads = threads;
  stepContext.spinLimit =
      kind == Work::Steps ? spinLimit * kBarrierSpinFactor : spinLimit;
  step = function;
  context = &stepContext;
  failed.store(false, std::memory_order_relaxed);
}

Status ThreadTeam::finish() {
  if (failed.load(std::memory_order_relaxed))
    return fail(LLMRT_MODEL_FAILED, "the model's code reports: %s", failure);
  return LLMRT_OK;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

void ThreadTeam::runSteps(uint32_t index) {
  for (uint32_t seen = 0;;) {
    seen = awaitChange(epoch, seen, sleepers);
    if (over)
      return;
    step(context, index);
    if (__atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST) == 0)
      futexWakeAll(&running);
  }
}

Status ThreadTeam::run(StepFunction function, StepContext &stepContext) {
  prepare(function, stepContext);
  running = threads - 1;

  add(epoch, 1);
  if (load(sleepers) != 0)
    futexWakeAll(&epoch);
  {
    DefaultFloatMode mode;
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
  return finish();
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

/// A worker that comes late joins the next kernel, or finds the gate closed.
void ThreadTeam::joinKernels(uint32_t index) {
  for (uint32_t seen = 0;;) {
    seen = awaitChange(sync.generation, seen, sync.sleepers);
    if (over)
      return;
    if (!passGate())
      continue;
    step(context, index);
    leaveGate();
  }
}

bool ThreadTeam::passGate() {
  uint32_t inside = load(sync.arrived);
  do {
    if (inside & kGateClosed)
      return false;
  } while (!__atomic_compare_exchange_n(&sync.arrived, &inside, inside + 1,
                                        /*weak=*/true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST));
  return true;
}

void ThreadTeam::leaveGate() {
  if (__atomic_sub_fetch(&sync.arrived, 1, __ATOMIC_SEQ_CST) == kGateClosed &&
      load(sync.sleepers) != 0)
    futexWakeAll(&sync.arrived);
}

/// Generated code has nothing to clean up but memory, which belongs to the
/// call, so giving up, which it does while the gate is closed, is a jump back
/// to here.
Status ThreadTeam::runGraph(StepFunction graph, StepContext &graphContext,
                            CallMemory &callMemory) {
  memory = &callMemory;
  givenUp = LLMRT_OK;
  prepare(graph, graphContext);
  DefaultFloatMode mode;
  if (setjmp(graphEnd) == 0)
    graph(&graphContext, 0);
  if (Status status = finish())
    return status;
  return givenUp;
}

void ThreadTeam::leaveGraph(Status status) {
  givenUp = status;
  longjmp(graphEnd, 1);
}

//===----------------------------------------------------------------------===//
// What generated code may call
//===----------------------------------------------------------------------===//

void ThreadTeam::park(void *self, uint32_t *word, uint32_t seen) {
  sleepOn(word, seen, static_cast<ThreadTeam *>(self)->sync.sleepers);
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
