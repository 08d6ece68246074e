//===- ApiEngine.cpp - The C API: engines, sequences, requests ------------===//

#include "runtime/lib/ApiHandles.h"
#include "runtime/lib/Guard.h"

using namespace llmrt;

//===----------------------------------------------------------------------===//
// Engine
//===----------------------------------------------------------------------===//

llmrt_status llmrt_memory_contract(const llmrt_model *model,
                                   const llmrt_engine_options *options,
                                   llmrt_memory *memory) {
  if (Status status = checkPresent("llmrt_memory_contract", model, memory))
    return status;
  return guarded([&] {
    const Model &shared = *model->shared;
    if (Status status = shared.checkDecoder())
      return status;
    llmrt_engine_options defaults = {};
    EngineLimits limits;
    if (Status status = resolveLimits(shared.facts(),
                                      options ? *options : defaults, limits))
      return status;
    if (Status status =
            measureMemory(shared.descriptor(), shared.level(), limits, *memory))
      return status;
    uint64_t copied = shared.copiedWeightBytes();
    memory->runtime_bytes += shared.objectBytes();
    memory->weight_copy_bytes = copied;
    memory->private_bytes += shared.objectBytes() + copied;
    memory->mapped_weight_bytes = copied ? 0 : shared.descriptor().weightsBytes;
    return LLMRT_OK;
  });
}

llmrt_status llmrt_engine_create(llmrt_model *model,
                                 const llmrt_engine_options *options,
                                 llmrt_engine **engine) {
  if (Status status = checkPresent("llmrt_engine_create", model, engine))
    return status;
  return guarded([&] {
    if (Status status = model->shared->checkDecoder())
      return status;
    auto handle = std::make_unique<llmrt_engine>();
    llmrt_engine_options defaults = {};
    if (Status status = Engine::create(
            model->shared, options ? *options : defaults, handle->shared))
      return status;
    *engine = handle.release();
    return LLMRT_OK;
  });
}

void llmrt_engine_destroy(llmrt_engine *engine) { delete engine; }

uint32_t llmrt_engine_threads(const llmrt_engine *engine) {
  return engine->shared->executor().limits().threads;
}

/// Runs `body`, given the engine, as the engine's only user.
template <typename Body>
static Status asUser(const char *function, llmrt_engine *engine, Body &&body) {
  if (Status status = checkPresent(function, engine))
    return status;
  return guarded([&] {
    Engine::User user(*engine->shared);
    if (Status status = user.check())
      return status;
    return body(*engine->shared);
  });
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

/// The slot of a sequence that no request runs on.
static Status findIdle(const KVPages &pages, llmrt_sequence sequence,
                       uint32_t &slot) {
  if (Status status = pages.find(sequence, slot))
    return status;
  if (pages.isBusy(slot))
    return fail(LLMRT_BUSY, "a request runs on the sequence");
  return LLMRT_OK;
}

llmrt_status llmrt_sequence_create(llmrt_engine *engine,
                                   llmrt_sequence *sequence) {
  return asUser("llmrt_sequence_create", engine, [&](Engine &user) {
    KVPages &pages = user.executor().pages();
    uint32_t slot;
    if (Status status = checkPresent("llmrt_sequence_create", sequence))
      return status;
    if (Status status = pages.create(slot))
      return status;
    *sequence = pages.handle(slot);
    return LLMRT_OK;
  });
}

llmrt_status llmrt_sequence_fork(llmrt_engine *engine, llmrt_sequence source,
                                 uint32_t length, llmrt_sequence *sequence) {
  return asUser("llmrt_sequence_fork", engine, [&](Engine &user) {
    KVPages &pages = user.executor().pages();
    uint32_t from, slot;
    if (Status status = checkPresent("llmrt_sequence_fork", sequence))
      return status;
    if (Status status = findIdle(pages, source, from))
      return status;
    if (Status status = pages.fork(from, length, slot))
      return status;
    *sequence = pages.handle(slot);
    return LLMRT_OK;
  });
}

llmrt_status llmrt_sequence_truncate(llmrt_engine *engine,
                                     llmrt_sequence sequence, uint32_t length) {
  return asUser("llmrt_sequence_truncate", engine, [&](Engine &user) {
    KVPages &pages = user.executor().pages();
    uint32_t slot;
    if (Status status = findIdle(pages, sequence, slot))
      return status;
    return pages.truncate(slot, length);
  });
}

llmrt_status llmrt_sequence_length(llmrt_engine *engine,
                                   llmrt_sequence sequence, uint32_t *length) {
  return asUser("llmrt_sequence_length", engine, [&](Engine &user) {
    KVPages &pages = user.executor().pages();
    uint32_t slot;
    if (Status status = checkPresent("llmrt_sequence_length", length))
      return status;
    if (Status status = pages.find(sequence, slot))
      return status;
    *length = pages.length(slot);
    return LLMRT_OK;
  });
}

llmrt_status llmrt_sequence_release(llmrt_engine *engine,
                                    llmrt_sequence sequence) {
  return asUser("llmrt_sequence_release", engine, [&](Engine &user) {
    KVPages &pages = user.executor().pages();
    uint32_t slot;
    if (Status status = findIdle(pages, sequence, slot))
      return status;
    pages.release(slot);
    return LLMRT_OK;
  });
}

llmrt_status llmrt_engine_forward(llmrt_engine *engine, const llmrt_span *spans,
                                  size_t count, float *logits,
                                  size_t capacity) {
  return asUser("llmrt_engine_forward", engine, [&](Engine &user) {
    if (count != 0)
      if (Status status = checkPresent("llmrt_engine_forward", spans))
        return status;
    return user.executor().forward(spans, count, logits, logits ? capacity : 0);
  });
}

llmrt_status llmrt_engine_sample(llmrt_engine *engine,
                                 const llmrt_sampling *sampling,
                                 const int32_t *history, size_t count,
                                 uint64_t draw, float *logits, int32_t *token) {
  return asUser("llmrt_engine_sample", engine, [&](Engine &user) {
    uint32_t vocab = user.model().facts().vocabSize;
    if (Status status =
            checkPresent("llmrt_engine_sample", sampling, logits, token))
      return status;
    if (Status status = checkSampling(*sampling))
      return status;
    for (size_t index = 0; index < count; ++index)
      if (uint32_t(history[index]) >= vocab)
        return fail(LLMRT_INVALID_ARGUMENT,
                    "token %zu of the history is %d; the vocabulary has %u",
                    index, history[index], vocab);
    return user.executor().sampler().sample(*sampling, logits, history, count,
                                            draw, *token);
  });
}

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

llmrt_status llmrt_engine_submit(llmrt_engine *engine, const int32_t *prompt,
                                 size_t count,
                                 const llmrt_request_options *options,
                                 llmrt_request *request) {
  if (Status status = checkPresent("llmrt_engine_submit", engine, request))
    return status;
  return guarded([&] {
    llmrt_request_options defaults = {};
    return engine->shared->scheduler().submit(
        prompt, count, options ? *options : defaults, *request);
  });
}

llmrt_status llmrt_engine_step(llmrt_engine *engine, uint32_t *unfinished) {
  return asUser("llmrt_engine_step", engine, [&](Engine &user) {
    uint32_t left = user.scheduler().step();
    if (unfinished)
      *unfinished = left;
    return LLMRT_OK;
  });
}

void llmrt_engine_cancel(llmrt_engine *engine, llmrt_request request) {
  if (engine)
    engine->shared->scheduler().cancel(request);
}
