//===- Executor.h - Token ids in, logits out --------------------*- C++ -*-===//
//
// Owns what steps run on: the memory, the thread team, the sequences. Who calls
// it puts rows into its batch and runs it; forward() does so for callers that
// want logits, the Scheduler for those that want answers.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_EXECUTOR_H
#define LLMRT_LIB_EXECUTOR_H

#include "runtime/lib/Model.h"
#include "runtime/lib/StepMemory.h"
#include "runtime/lib/cpu/ThreadTeam.h"

#include <memory>

namespace llmrt {

class Executor {
public:
  static Status create(std::shared_ptr<const Model> model,
                       const EngineLimits &limits,
                       std::unique_ptr<Executor> &executor);

  const Model &model() const { return *compiled; }
  const EngineLimits &limits() const { return bounds; }
  KVPages &pages() { return memory.pages; }
  StepBatch &batch() { return memory.batch; }
  Sampler &sampler() { return memory.sampler; }
  /// Room for a row of logits for each sequence of a step.
  float *logitsBuffer() { return memory.logits; }

  /// Runs the batch, which is empty afterwards, and puts the logits that its
  /// rows want into `logits`. Sequences hold the new tokens then, unless it
  /// fails with MODEL_FAILED.
  Status runBatch(float *logits);

  /// llmrt_engine_forward.
  Status forward(const llmrt_span *spans, size_t count, float *logits,
                 size_t capacity);

private:
  Executor(std::shared_ptr<const Model> model, const EngineLimits &limits);
  Status checkSpans(const llmrt_span *spans, size_t count, size_t capacity);
  Status promisePages(const llmrt_span *spans, size_t count);
  Status runSpans(const llmrt_span *spans, size_t count, float *logits);
  uint32_t slotOf(const llmrt_span &span) const;

  const std::shared_ptr<const Model> compiled;
  const EngineLimits bounds;
  StepMemory memory;
  std::unique_ptr<ThreadTeam> team;
};

} // namespace llmrt

#endif // LLMRT_LIB_EXECUTOR_H
