//===- ModelWork.cpp - The least work a step can be done with -------------===//
//
// Layers with a window read and multiply less. The facts give sums over all
// layers; each state group gets its part of them by its layers (operations) and
// by its bytes a token (KV).
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/ModelWork.h"

#include <algorithm>

using namespace llmrt;

uint64_t llmrt::decodeBytes(const ObjectDescriptor &descriptor, uint32_t batch,
                            uint32_t context) {
  double all = 0, read = 0;
  for (uint64_t index = 0; index < descriptor.groupCount; ++index) {
    const StateGroup &group = descriptor.groups[index];
    double tokenBytes = double(group.pageBytes) / group.pageTokens;
    all += tokenBytes;
    read +=
        tokenBytes * (group.window ? std::min(group.window, context) : context);
  }
  double tokens = all > 0 ? read / all : context;
  return descriptor.facts.weightBytesRead +
         uint64_t(batch * tokens * double(descriptor.facts.stateBytesPerToken));
}

/// Pairs of a query and a key that it sees.
static double causalPairs(double tokens, double window) {
  if (window == 0 || window >= tokens)
    return tokens * (tokens + 1) / 2;
  return window * (window + 1) / 2 + (tokens - window) * window;
}

uint64_t llmrt::prefillFlops(const ObjectDescriptor &descriptor,
                             uint32_t tokens) {
  double layers = 0, pairs = 0;
  for (uint64_t index = 0; index < descriptor.groupCount; ++index) {
    const StateGroup &group = descriptor.groups[index];
    layers += group.layers;
    pairs += group.layers * causalPairs(tokens, group.window);
  }
  pairs = layers > 0 ? pairs / layers : causalPairs(tokens, 0);
  const ModelFacts &facts = descriptor.facts;
  return facts.prefillFlopsPerToken * tokens + facts.headFlops +
         uint64_t(pairs * double(facts.attentionFlopsPerPair));
}
