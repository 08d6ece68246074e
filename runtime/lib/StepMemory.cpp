//===- StepMemory.cpp - All memory that steps use -------------------------===//

#include "runtime/lib/StepMemory.h"

using namespace llmrt;

/// What an engine, each of its threads and each of its sequences take beside
/// the block: handles, the tables of the C++ side, and the pages of a stack
/// that a step touches.
static constexpr uint64_t kEngineBytes = 96 << 10;
static constexpr uint64_t kThreadBytes = 32 << 10;
static constexpr uint64_t kSequenceBytes = 256;

StepMemory::StepMemory(const ObjectDescriptor &descriptor,
                       const CpuLevel &level, const EngineLimits &limits)
    : pages(descriptor, limits), batch(descriptor, limits),
      sampler(descriptor.facts.vocabSize), descriptor(descriptor), level(level),
      limits(limits) {}

void StepMemory::place(BlockCarver &carver, llmrt_memory &memory) {
  uint64_t before = 0;
  auto measured = [&](uint64_t &part) {
    part = carver.size() - before;
    before = carver.size();
  };
  arena = carver.take<uint8_t>(level.arenaBytes);
  measured(memory.arena_bytes);
  pages.placePages(carver);
  measured(memory.kv_bytes);
  scratch = carver.take<uint8_t>(level.scratchBytes * limits.threads);
  measured(memory.scratch_bytes);
  batch.place(carver);
  sampler.place(carver);
  states = carver.take<uint8_t *>(pages.groupCount());
  logits =
      carver.take<float>(uint64_t(limits.batch) * descriptor.facts.vocabSize);
  measured(memory.step_bytes);
  pages.placeTables(carver);
  measured(memory.runtime_bytes);
}

Status StepMemory::allocate() {
  llmrt_memory memory;
  BlockCarver measuring(nullptr);
  place(measuring, memory);
  if (measuring.hasOverflowed())
    return fail(LLMRT_INVALID_ARGUMENT,
                "%u sequences of %u tokens take more memory than there is",
                limits.sequences, limits.context);
  if (Status status =
          MappedRegion::allocate(measuring.size(), /*huge=*/false, block))
    return status;
  BlockCarver carver(block.data());
  place(carver, memory);
  pages.fill();
  for (uint32_t group = 0; group < pages.groupCount(); ++group)
    states[group] = pages.pool(group).base();
  return batch.bind();
}

void StepMemory::fill(StepContext &context) const {
  context.arena = arena;
  context.states = states;
  context.scratch = scratch;
}

Status llmrt::measureMemory(const ObjectDescriptor &descriptor,
                            const CpuLevel &level, const EngineLimits &limits,
                            llmrt_memory &memory) {
  StepMemory imagined(descriptor, level, limits);
  BlockCarver carver(nullptr);
  llmrt_memory measured = {};
  imagined.place(carver, measured);
  if (carver.hasOverflowed())
    return fail(LLMRT_INVALID_ARGUMENT,
                "%u sequences of %u tokens take more memory than there is",
                limits.sequences, limits.context);
  uint64_t beside = kEngineBytes + kThreadBytes * limits.threads +
                    kSequenceBytes * limits.sequences;
  measured.runtime_bytes += beside;
  measured.private_bytes = carver.size() + beside;
  memory = measured;
  return LLMRT_OK;
}
