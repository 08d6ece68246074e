//===- FakeStep.cpp - A toy model that shows every mistake ----------------===//
//
// Written as generated code behaves: no library, tiles claimed dynamically,
// barriers by the protocol of TeamSync.
//
//===----------------------------------------------------------------------===//

#include "tests/runtime/FakeStep.h"
#include "tests/runtime/FakeTeam.h"

using namespace llmrt;
using namespace llmrt::fake;

namespace {

struct Entry {
  int32_t token;
  uint32_t slot, group, layer;
};
static_assert(sizeof(Entry) == kEntryBytes);

class Step {
public:
  Step(const StepContext &context, uint32_t thread)
      : context(context), thread(thread),
        config(*reinterpret_cast<const Config *>(context.weights)) {}

  void run() {
    if (config.magic != kConfigMagic)
      return fail("the weights are not where they should be");
    uint32_t *scratch = reinterpret_cast<uint32_t *>(context.scratch) +
                        thread * 16; // scratchBytes is 64
    *scratch = thread + 1;
    forEachTile(dim(DimSymbol::Rows), &Step::writeRow);
    forEachTile(dim(DimSymbol::Outputs), &Step::writeLogits);
    if (*scratch != thread + 1)
      fail("another thread wrote into this thread's scratch");
  }

private:
  uint32_t dim(DimSymbol symbol) const {
    return uint32_t(context.dims[uint32_t(symbol)]);
  }
  const int32_t *input(Argument argument) const {
    return static_cast<const int32_t *>(context.arguments[argument]);
  }
  void fail(const char *message) const {
    context.host->fail(context.host->self, message);
  }

  void forEachTile(uint32_t tiles, void (Step::*body)(uint32_t)) {
    for (;;) {
      uint32_t tile =
          __atomic_fetch_add(&context.sync->nextTile, 1, __ATOMIC_RELAXED);
      if (tile >= tiles)
        break;
      (this->*body)(tile);
    }
    meetTeam(context);
  }

  Entry &entryOf(uint32_t group, uint32_t layer, uint32_t sequence,
                 uint32_t slot) const {
    const auto &shape = config.group[group];
    const int32_t *table = input(Argument(FullTable + group));
    uint64_t page = uint64_t(
        table[sequence * dim(DimSymbol::Pages) + slot / shape.pageTokens]);
    uint8_t *layerPage = context.states[group] +
                         (page * shape.layers + layer) * shape.layerPageBytes;
    return reinterpret_cast<Entry *>(layerPage)[slot % shape.pageTokens];
  }

  void writeRow(uint32_t row) {
    int32_t token = input(Tokens)[row];
    uint32_t slot = uint32_t(input(Slots)[row]);
    uint32_t sequence = uint32_t(input(SequenceIds)[row]);
    if (token == config.failingToken)
      fail("the token that must not be");
    if (input(Positions)[row] != int32_t(slot) ||
        int32_t(row) < input(SequenceStarts)[sequence] ||
        int32_t(row) >= input(SequenceStarts)[sequence + 1] ||
        int32_t(slot) + input(SequenceStarts)[sequence + 1] - int32_t(row) !=
            input(ContextLengths)[sequence])
      fail("a row's place does not fit its sequence");
    for (uint32_t group = 0; group < config.groups; ++group)
      for (uint32_t layer = 0; layer < config.group[group].layers; ++layer)
        entryOf(group, layer, sequence, slot) = {token, slot, group, layer};
  }

  void writeLogits(uint32_t output) {
    uint32_t row = uint32_t(input(OutputRows)[output]);
    uint32_t sequence = uint32_t(input(SequenceIds)[row]);
    uint32_t count = uint32_t(input(Slots)[row]) + 1;
    uint32_t seen = mix(0, uint32_t(input(PromptLengths)[sequence]));
    for (uint32_t group = 0; group < config.groups; ++group) {
      uint32_t window = config.group[group].window;
      uint32_t first = window && window < count ? count - window : 0;
      for (uint32_t layer = 0; layer < config.group[group].layers; ++layer)
        for (uint32_t slot = first; slot < count; ++slot) {
          const Entry &entry = entryOf(group, layer, sequence, slot);
          if (entry.slot != slot || entry.group != group ||
              entry.layer != layer)
            fail("a page holds another token than the block table says");
          seen = mix(seen, contribution(entry.token, slot, group, layer));
        }
    }
    float *logits = static_cast<float *>(context.arguments[Logits]) +
                    uint64_t(output) * config.vocab;
    for (uint32_t token = 0; token < config.vocab; ++token)
      logits[token] = logitOf(seen, token);
  }

  const StepContext &context;
  const uint32_t thread;
  const Config &config;
};

} // namespace

void llmrt_fake_step(const StepContext *context, uint32_t thread) {
  Step(*context, thread).run();
}
