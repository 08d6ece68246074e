//===- EngineLimits.h - What an engine is sized by --------------*- C++ -*-===//

#ifndef LLMRT_LIB_ENGINELIMITS_H
#define LLMRT_LIB_ENGINELIMITS_H

#include "runtime/lib/ObjectFormat.h"
#include "runtime/lib/Status.h"

namespace llmrt {

/// llmrt_engine_options with its zeros filled in.
struct EngineLimits {
  uint32_t threads;
  uint32_t sequences;  ///< alive at a time
  uint32_t batch;      ///< sequences of one step
  uint32_t rows;       ///< tokens of one step
  uint32_t chunk;      ///< of them, those of prompts
  uint32_t context;    ///< tokens of a sequence
  uint64_t poolTokens; ///< 0: no bound but sequences * context
};

/// The size of a team: as asked for, or where that is 0 a thread for each core.
/// Fails with INVALID_ARGUMENT.
Status resolveThreads(uint32_t asked, uint32_t &threads);

/// Fills in defaults. Fails with INVALID_ARGUMENT.
Status resolveLimits(const ModelFacts &facts,
                     const llmrt_engine_options &options, EngineLimits &limits);

} // namespace llmrt

#endif // LLMRT_LIB_ENGINELIMITS_H
