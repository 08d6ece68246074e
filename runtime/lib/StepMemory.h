//===- StepMemory.h - All memory that steps use -----------------*- C++ -*-===//
//
// One block, sized before it is taken. measureMemory() is the memory contract:
// llm-compile prints it, llmrt_memory_contract returns it, and it is computed
// by the very code that lays the block out.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_STEPMEMORY_H
#define LLMRT_LIB_STEPMEMORY_H

#include "runtime/lib/KVPages.h"
#include "runtime/lib/MappedRegion.h"
#include "runtime/lib/Sampler.h"
#include "runtime/lib/StepBatch.h"

namespace llmrt {

class StepMemory {
public:
  StepMemory(const ObjectDescriptor &descriptor, const CpuLevel &level,
             const EngineLimits &limits);

  /// Lays the parts out in a block, or only measures them, and says how much
  /// each takes.
  void place(BlockCarver &carver, llmrt_memory &memory);

  /// Takes the block and lays it out. Fails with INVALID_ARGUMENT or
  /// OUT_OF_MEMORY; with UNSUPPORTED or BAD_FILE if the object's arguments
  /// cannot be bound.
  Status allocate();

  /// Points a step to its memory.
  void fill(StepContext &context) const;

  KVPages pages;
  StepBatch batch;
  Sampler sampler;
  float *logits = nullptr; ///< a row for each sequence of a step

private:
  const ObjectDescriptor &descriptor;
  const CpuLevel &level;
  const EngineLimits limits;
  MappedRegion block;
  uint8_t *arena = nullptr, *scratch = nullptr;
  uint8_t **states = nullptr;
};

/// What an engine uses at most, the weights and the object's own data left at
/// zero. Fails with INVALID_ARGUMENT if that is more than can be counted.
Status measureMemory(const ObjectDescriptor &descriptor, const CpuLevel &level,
                     const EngineLimits &limits, llmrt_memory &memory);

} // namespace llmrt

#endif // LLMRT_LIB_STEPMEMORY_H
