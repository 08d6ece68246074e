//===- ModelWork.cpp - The least work a step can be done with -------------===//
//
// Layers with a window read and multiply less. The facts give operations summed
// over all layers; each state group gets its part of them by its layers.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/ModelWork.h"

#include "runtime/lib/ElementTypes.h"

#include <algorithm>

using namespace llmrt;

uint64_t llmrt::decodeBytes(const ObjectDescriptor &descriptor, uint32_t batch,
                            uint32_t context) {
  uint64_t bytes = descriptor.facts.weightBytesRead;
  for (uint64_t index = 0; index < descriptor.groupCount; ++index) {
    const StateGroup &group = descriptor.groups[index];
    uint64_t tokens = group.window ? std::min(group.window, context) : context;
    // Keys and values; neither their padding nor the scales of integers.
    bytes += 2 * batch * tokens * group.layers * group.keyValueHeads *
             group.headDim * elementBytes(group.type);
  }
  return bytes;
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
