//===- Executor.cpp - Token ids in, logits out ----------------------------===//

#include "runtime/lib/Executor.h"

#include <algorithm>

using namespace llmrt;

Executor::Executor(std::shared_ptr<const Model> model,
                   const EngineLimits &limits)
    : compiled(std::move(model)), bounds(limits),
      memory(compiled->descriptor(), compiled->level(), limits) {}

Status Executor::create(std::shared_ptr<const Model> model,
                        const EngineLimits &limits,
                        std::unique_ptr<Executor> &executor) {
  std::unique_ptr<Executor> created(new Executor(std::move(model), limits));
  if (Status status = created->memory.allocate())
    return status;
  if (Status status = ThreadTeam::create(
          limits.threads, ThreadTeam::Work::Steps, created->team))
    return status;
  executor = std::move(created);
  return LLMRT_OK;
}

Status Executor::runBatch(float *logits) {
  StepContext context = {};
  memory.fill(context);
  memory.batch.finish(memory.pages, logits, context);
  context.weights = compiled->weights();
  Status status = team->run(compiled->level().step, context);
  if (!status)
    memory.batch.commit(memory.pages);
  memory.batch.clear();
  return status;
}

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

/// The slot of a span whose handle has been checked.
uint32_t Executor::slotOf(const llmrt_span &span) const {
  return uint32_t(span.sequence) - 1;
}

Status Executor::checkSpans(const llmrt_span *spans, size_t count,
                            size_t capacity) {
  uint32_t vocab = compiled->facts().vocabSize;
  uint64_t wanted = 0;
  for (size_t index = 0; index < count; ++index) {
    const llmrt_span &span = spans[index];
    uint32_t slot;
    if (Status status = memory.pages.find(span.sequence, slot))
      return status;
    if (memory.pages.isBusy(slot))
      return fail(LLMRT_BUSY, "span %zu: a request runs on its sequence",
                  index);
    for (size_t before = 0; before < index; ++before)
      if (spans[before].sequence == span.sequence)
        return fail(LLMRT_INVALID_ARGUMENT,
                    "spans %zu and %zu are of the same sequence", before,
                    index);
    if (!span.tokens || span.count == 0 || span.logits_rows > span.count)
      return fail(LLMRT_INVALID_ARGUMENT,
                  "span %zu has %u tokens and wants logits of %u", index,
                  span.count, span.logits_rows);
    if (span.count > bounds.context - memory.pages.length(slot))
      return fail(LLMRT_CONTEXT_FULL,
                  "span %zu: %u tokens do not fit behind the %u that its "
                  "sequence holds: the context is %u",
                  index, span.count, memory.pages.length(slot), bounds.context);
    for (uint32_t token = 0; token < span.count; ++token)
      if (uint32_t(span.tokens[token]) >= vocab)
        return fail(LLMRT_INVALID_ARGUMENT,
                    "span %zu: token %u is %d; the vocabulary has %u", index,
                    token, span.tokens[token], vocab);
    wanted += uint64_t(span.logits_rows) * vocab;
  }
  if (wanted > capacity)
    return fail(LLMRT_BUFFER_TOO_SMALL,
                "the logits take %llu floats; the buffer has %zu",
                static_cast<unsigned long long>(wanted), capacity);
  return LLMRT_OK;
}

/// So that no step but the first can run out of pages.
Status Executor::promisePages(const llmrt_span *spans, size_t count) {
  for (size_t index = 0; index < count; ++index) {
    uint32_t slot = slotOf(spans[index]);
    uint32_t length = memory.pages.length(slot) + spans[index].count;
    if (memory.pages.promise(slot, length))
      continue;
    for (size_t before = 0; before < index; ++before)
      memory.pages.cancelPromise(slotOf(spans[before]));
    return fail(LLMRT_OUT_OF_PAGES,
                "the KV pool has no pages left for %u tokens in the sequence "
                "of span %zu",
                length, index);
  }
  return LLMRT_OK;
}

Status Executor::forward(const llmrt_span *spans, size_t count, float *logits,
                         size_t capacity) {
  if (Status status = checkSpans(spans, count, capacity))
    return status;
  if (Status status = promisePages(spans, count))
    return status;
  for (size_t index = 0; index < count; ++index) {
    uint32_t slot = slotOf(spans[index]);
    if (spans[index].prompt_length != 0)
      memory.pages.setPromptLength(slot, spans[index].prompt_length);
    else if (memory.pages.length(slot) == 0)
      memory.pages.setPromptLength(slot, spans[index].count);
  }
  Status status = runSpans(spans, count, logits);
  for (size_t index = 0; index < count; ++index)
    memory.pages.cancelPromise(slotOf(spans[index]));
  return status;
}

Status Executor::runSpans(const llmrt_span *spans, size_t count,
                          float *logits) {
  // Spans go in order, and so do rows of logits. A step ends when it has no
  // room left, or with the chunk of a span that goes on in the next.
  uint32_t done = 0; // of spans[index]
  for (size_t index = 0; index < count;) {
    const llmrt_span &span = spans[index];
    uint32_t slot = slotOf(span);
    uint32_t rows =
        std::min({span.count - done, bounds.chunk, memory.batch.freeRows()});
    if (Status status = memory.pages.extend(slot, rows)) {
      memory.batch.clear();
      return status;
    }
    // Logits are wanted from row `first` of the span on.
    uint32_t first = span.count - span.logits_rows;
    uint32_t end = done + rows;
    memory.batch.add(memory.pages, slot, span.tokens + done, rows,
                     end > first ? std::min(rows, end - first) : 0);
    done = end;
    bool goesOn = done < span.count;
    if (!goesOn) {
      ++index;
      done = 0;
    }
    if (goesOn || index == count || memory.batch.freeRows() == 0 ||
        memory.batch.freeSequences() == 0) {
      uint64_t outputs = memory.batch.outputs();
      if (Status status = runBatch(logits))
        return status;
      logits += outputs * compiled->facts().vocabSize;
    }
  }
  return LLMRT_OK;
}
