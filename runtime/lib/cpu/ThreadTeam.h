//===- ThreadTeam.h - The threads that run a step ---------------*- C++ -*-===//
//
// One step is one call of the object's StepFunction on every thread of a team;
// the thread that asks for the step is thread 0. Between steps the others spin
// for as long as a next step usually takes to come (a token is sampled and
// printed), then sleep. Within a step the generated code meets at barriers of
// its own in TeamSync and asks the team only to sleep and to wake.
//
// A team for graphs is another one: thread 0 calls the graph, which may
// allocate and may give itself up, and the others join its kernels by the gate
// of TeamSync if they come in time. None of them is waited for unless it is
// inside, so that a thread that other programs keep from running holds up
// nobody.
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
  enum class Work { Steps, Graphs };

  /// A team of `threads` >= 1, threads - 1 of them started here. Fails with
  /// SYSTEM.
  static Status create(uint32_t threads, Work kind,
                       std::unique_ptr<ThreadTeam> &team);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam &) = delete;

  uint32_t size() const { return threads; }

  /// Of a team for steps: runs one on all threads and returns when the last has
  /// left it. Sets the team's fields of `context`. One caller at a time. Fails
  /// with MODEL_FAILED if the generated code has reported a failure.
  Status run(StepFunction step, StepContext &context);

  /// Of a team for graphs: calls a graph's function, which allocates from
  /// `memory`. Fails with OUT_OF_MEMORY as well.
  Status runGraph(StepFunction graph, StepContext &context, CallMemory &memory);

private:
  struct Worker {
    ThreadTeam *team;
    uint32_t index;
    pthread_t thread;
  };

  ThreadTeam(uint32_t threads, Work kind);
  Status start();
  static void *runWorker(void *worker);
  void runSteps(uint32_t index);
  void joinKernels(uint32_t index);
  uint32_t awaitChange(uint32_t &word, uint32_t seen, uint32_t &asleep);
  bool passGate();
  void leaveGate();
  void prepare(StepFunction function, StepContext &stepContext);
  Status finish();
  [[noreturn]] void leaveGraph(Status status);

  static void park(void *self, uint32_t *word, uint32_t seen);
  static void wake(void *self, uint32_t *word);
  static void reportFailure(void *self, const char *message);
  static void *allocate(void *self, uint64_t bytes);
  static void release(void *self, void *block);
  static void abandon(void *self, const char *message);

  const uint32_t threads;
  const Work kind;
  const uint32_t spinLimit; ///< pauses before a thread sleeps
  const HostTable host;
  std::vector<Worker> workers;

  TeamSync sync = {};
  std::atomic<bool> over{false}; ///< workers end
  StepFunction step = nullptr;
  StepContext *context = nullptr; ///< of the step under way
  CallMemory *memory = nullptr;   ///< of the graph under way
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
