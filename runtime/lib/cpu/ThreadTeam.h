//===- ThreadTeam.h - The threads that run a step ---------------*- C++ -*-===//
//
// One step is one call of the object's StepFunction on every thread of a team;
// the thread that asks for the step is thread 0. Between steps the others spin
// for as long as a next step usually takes to come (a token is sampled and
// printed), then sleep. Within a step the generated code meets at barriers of
// its own in TeamSync and asks the team only to sleep and to wake. A call of a
// graph is one step too, which may allocate, and may give itself up.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CPU_THREADTEAM_H
#define LLMRT_LIB_CPU_THREADTEAM_H

#include "runtime/lib/ObjectFormat.h"
#include "runtime/lib/Status.h"

#include <atomic>
#include <memory>
#include <vector>

#include <pthread.h>
#include <setjmp.h>

namespace llmrt {

class CallMemory;

class ThreadTeam {
public:
  /// A team of `threads` >= 1, threads - 1 of them started here. Fails with
  /// SYSTEM.
  static Status create(uint32_t threads, std::unique_ptr<ThreadTeam> &team);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam &) = delete;

  uint32_t size() const { return threads; }

  /// Runs one step on all threads and returns when the last has left it. Sets
  /// the team's fields of `context`. One caller at a time. Fails with
  /// MODEL_FAILED if the generated code has reported a failure.
  Status run(StepFunction step, StepContext &context);

  /// The same for a graph's function, which allocates from `memory`. Fails with
  /// OUT_OF_MEMORY as well.
  Status runGraph(StepFunction graph, StepContext &context, CallMemory &memory);

private:
  struct Worker {
    ThreadTeam *team;
    uint32_t index;
    pthread_t thread;
  };

  explicit ThreadTeam(uint32_t threads);
  Status start();
  static void *runWorker(void *worker);
  void work(uint32_t index);
  uint32_t awaitStep(uint32_t seen);
  void adaptSpin(uint32_t barriers);
  void callGraph();
  void joinBarrier();
  [[noreturn]] void leaveGraph(Status status);

  static void park(void *self, uint32_t *word, uint32_t seen);
  static void wake(void *self, uint32_t *word);
  static void reportFailure(void *self, const char *message);
  static void *allocate(void *self, uint64_t bytes);
  static void release(void *self, void *block);
  static void abandon(void *self, const char *message);

  const uint32_t threads;
  const uint32_t spinLimit; ///< pauses before a thread sleeps
  const HostTable host;
  uint32_t stepsWithoutSpin = 0; ///< left; see adaptSpin()
  uint32_t parks = 0;            ///< threads that slept at a barrier
  std::vector<Worker> workers;

  TeamSync sync = {};
  StepFunction step = nullptr;    ///< null: leave
  StepContext *context = nullptr; ///< of the step under way
  CallMemory *memory = nullptr;   ///< of the graph under way; null in a step
  jmp_buf graphEnd;               ///< where a graph that is given up goes on
  Status givenUp = LLMRT_OK;      ///< with what
  /// Raised when a step starts; workers wait for it to change.
  alignas(64) uint32_t epoch = 0;
  alignas(64) uint32_t sleepers = 0; ///< workers asleep on epoch
  /// Workers still inside of the step.
  alignas(64) uint32_t running = 0;
  std::atomic<bool> failed{false};
  char failure[256];
};

} // namespace llmrt

#endif // LLMRT_LIB_CPU_THREADTEAM_H
