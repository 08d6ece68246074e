//===- FakeStep.h - A toy model that shows every mistake --------*- C++ -*-===//
//
// A step with the contract of generated code, and the function of the tokens
// that it must compute. It keeps its "KV" in pages through the block tables and
// folds every entry that a query may see into its logits, in order: a wrong
// page, row, length or window, a missed barrier or a tile done twice gives
// other logits than expectedLogits().
//
// Its weights are a FakeConfig, so one step serves models of many shapes.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_RUNTIME_FAKESTEP_H
#define LLM_TESTS_RUNTIME_FAKESTEP_H

#include "runtime/lib/ObjectFormat.h"

namespace llmrt::fake {

constexpr uint32_t kConfigMagic = 0x454b4146;
constexpr uint32_t kEntryBytes = 16;

struct Config {
  uint32_t magic = kConfigMagic;
  uint32_t vocab = 97;
  uint32_t groups = 2;
  struct {
    uint32_t layers, pageTokens, layerPageBytes, window;
  } group[2] = {{2, 4, 64, 0}, {1, 2, 64, 5}};
  int32_t failingToken = -1; ///< the step reports a failure when it meets it
};

/// The arguments, in the order of the table.
enum Argument {
  Tokens,
  Positions,
  Slots,
  SequenceIds,
  SequenceStarts,
  ContextLengths,
  PromptLengths,
  OutputRows,
  FullTable,
  WindowTable,
  Logits,
  ArgumentCount,
};

inline uint32_t mix(uint32_t state, uint32_t value) {
  state = (state ^ value) * 0x9e3779b1u;
  return state ^ state >> 15;
}

/// What a token at a place of the sequence contributes in a layer.
inline uint32_t contribution(int32_t token, uint32_t slot, uint32_t group,
                             uint32_t layer) {
  return uint32_t(token) * 2654435761u + slot * 40503u + group * 977u + layer;
}

/// A logit in [-8, 8) from all that a query has seen.
inline float logitOf(uint32_t seen, uint32_t token) {
  return float(mix(seen, token) >> 8) * 0x1p-20f - 8.0f;
}

/// The state that the last of `count` tokens leaves.
inline uint32_t expectedState(const Config &config, const int32_t *tokens,
                              uint32_t count, uint32_t promptLength) {
  uint32_t seen = mix(0, promptLength);
  for (uint32_t group = 0; group < config.groups; ++group) {
    uint32_t window = config.group[group].window;
    uint32_t first = window && window < count ? count - window : 0;
    for (uint32_t layer = 0; layer < config.group[group].layers; ++layer)
      for (uint32_t slot = first; slot < count; ++slot)
        seen = mix(seen, contribution(tokens[slot], slot, group, layer));
  }
  return seen;
}

} // namespace llmrt::fake

/// A StepFunction.
extern "C" void llmrt_fake_step(const llmrt::StepContext *context,
                                uint32_t thread);

#endif // LLM_TESTS_RUNTIME_FAKESTEP_H
