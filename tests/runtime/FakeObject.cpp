//===- FakeObject.cpp - The toy model as a compiled object ----------------===//
//
// Built into shared objects by itself, named by FAKE_NAME, with the layout of
// fake-object.ld; SealObject then fills in what the compiler fills in.
//
//===----------------------------------------------------------------------===//

#include "tests/runtime/FakeStep.h"
#include "tests/runtime/FakeTeam.h"

using namespace llmrt;

static constexpr ArgumentDim dimension(DimSymbol symbol, int64_t more = 0) {
  return {int32_t(symbol), 0, more};
}

static constexpr StepArgument rows(const char *name) {
  return {name, ElementType::I32, 0, 1, 1, {dimension(DimSymbol::Rows)}};
}

static constexpr StepArgument sequences(const char *name, int64_t more = 0) {
  return {
      name, ElementType::I32, 0, 1, 1, {dimension(DimSymbol::Sequences, more)}};
}

static constexpr StepArgument table(const char *name) {
  return {name, ElementType::I32,
          0,    1,
          2,    {dimension(DimSymbol::Sequences), dimension(DimSymbol::Pages)}};
}

static const StepArgument arguments[] = {
    rows("tokens"),
    rows("positions"),
    rows("slots"),
    rows("sequence_ids"),
    sequences("sequence_starts", 1),
    sequences("context_lengths"),
    sequences("prompt_lengths"),
    {"output_rows", ElementType::I32, 0, 1, 1, {dimension(DimSymbol::Outputs)}},
    table("state_table.full"),
    table("state_table.window"),
    {"logits",
     ElementType::F32,
     1,
     1,
     2,
     {dimension(DimSymbol::Outputs), {-1, 0, 97}}},
    {"adapter_ids", ElementType::I32, 0, 0, 1, {dimension(DimSymbol::Rows)}},
};

static const StateGroup groups[] = {
    {"full", 2, 4, 64, 128, 0, 1, 4, ElementType::I32},
    {"window", 1, 2, 64, 64, 5, 1, 4, ElementType::I32},
};

static const CpuLevel levels[] = {
    {"of-the-future", "sse2 no_such_feature", llmrt_fake_step, 4096, 64,
     ElementType::I8, 0},
    {"baseline", "sse2 cx8", llmrt_fake_step, 4096, 64, ElementType::F32, 0},
};

static const int32_t endTokens[] = {96, 95};

/// SealObject compiles a tokenizer and a chat template into these. A seed for
/// fuzzing (FAKE_SEED) is small and has neither.
#ifdef FAKE_SEED
static constexpr ByteSpan tokenizer = {}, chatTemplate = {};
#else
alignas(8) static const uint8_t tokenizerRoom[1 << 16] = {};
alignas(8) static const uint8_t chatTemplateRoom[1 << 14] = {};
static constexpr ByteSpan tokenizer = {tokenizerRoom, sizeof(tokenizerRoom)};
static constexpr ByteSpan chatTemplate = {chatTemplateRoom,
                                          sizeof(chatTemplateRoom)};
#endif

/// A page of weights, so that a test can change a byte that nobody reads.
[[gnu::section(".llm.weights"), gnu::used]] static const struct {
  fake::Config config;
  char rest[8192];
} weights = {{}, "weights"};

const ObjectDescriptor FAKE_SYMBOL = {
    FAKE_IDENTITY,
    "toy model of the runtime's tests",
    {97, 8, 3, 64, 4, 11, 1, 1, 2, ElementType::F32, endTokens, 1000, 100, 2000,
     300, 50},
    arguments,
    sizeof(arguments) / sizeof(arguments[0]),
    groups,
    sizeof(groups) / sizeof(groups[0]),
    levels,
    sizeof(levels) / sizeof(levels[0]),
    nullptr, // a decoder: no graph arguments
    0,
    tokenizer,
    chatTemplate,
    0, // weightsOffset and what follows: SealObject
    sizeof(weights),
    {},
    {},
};
