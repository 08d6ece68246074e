//===- EngineLimits.cpp - What an engine is sized by ----------------------===//

#include "runtime/lib/EngineLimits.h"

#include "runtime/lib/cpu/CpuTopology.h"

#include <algorithm>

using namespace llmrt;

static constexpr uint32_t kMaxThreads = 1024;
static constexpr uint32_t kMaxSequences = 1 << 16;

Status llmrt::resolveThreads(uint32_t asked, uint32_t &threads) {
  threads = asked ? asked : readCpuTopology().cores;
  if (threads > kMaxThreads)
    return fail(LLMRT_INVALID_ARGUMENT, "%u threads are asked for; at most %u",
                threads, kMaxThreads);
  return LLMRT_OK;
}

Status llmrt::resolveLimits(const ModelFacts &facts,
                            const llmrt_engine_options &options,
                            EngineLimits &limits) {
  if (Status status = resolveThreads(options.threads, limits.threads))
    return status;
  limits.sequences = options.sequences ? options.sequences : 1;
  limits.context = options.context ? options.context : facts.maxContext;
  limits.batch = std::min(limits.sequences, facts.maxBatch);
  limits.rows = facts.maxRows;
  limits.chunk = facts.maxRows - facts.maxBatch + 1;
  limits.poolTokens = options.pool_tokens;
  if (limits.sequences > kMaxSequences)
    return fail(LLMRT_INVALID_ARGUMENT,
                "%u sequences are asked for; at most %u", limits.sequences,
                kMaxSequences);
  if (limits.context > facts.maxContext)
    return fail(LLMRT_INVALID_ARGUMENT,
                "a context of %u tokens is asked for; the model was compiled "
                "for %u at most (--max-context)",
                limits.context, facts.maxContext);
  return LLMRT_OK;
}
