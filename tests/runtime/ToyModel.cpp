//===- ToyModel.cpp - The toy model of FakeStep, opened -------------------===//

#include "tests/runtime/ToyModel.h"

#include <algorithm>

using namespace llmrt;

static ArgumentDim dimension(DimSymbol symbol, int64_t more = 0) {
  return {int32_t(symbol), 0, more};
}

ToyModel::ToyModel() {
  auto input = [&](const char *name, ArgumentDim dim) {
    arguments.push_back({name, ElementType::I32, 0, 1, 1, {dim}});
  };
  for (const char *name : {"tokens", "positions", "slots", "sequence_ids"})
    input(name, dimension(DimSymbol::Rows));
  input("sequence_starts", dimension(DimSymbol::Sequences, 1));
  input("context_lengths", dimension(DimSymbol::Sequences));
  input("prompt_lengths", dimension(DimSymbol::Sequences));
  input("output_rows", dimension(DimSymbol::Outputs));
  for (const char *name : {"state_table.full", "state_table.window"})
    arguments.push_back(
        {name,
         ElementType::I32,
         0,
         1,
         2,
         {dimension(DimSymbol::Sequences), dimension(DimSymbol::Pages)}});
  arguments.push_back({"logits",
                       ElementType::F32,
                       1,
                       1,
                       2,
                       {dimension(DimSymbol::Outputs), {-1, 0, 97}}});
  groups = {{"full", 2, 4, 64, 128, 0, 1, 4, ElementType::I32},
            {"window", 1, 2, 64, 64, 5, 1, 4, ElementType::I32}};
  levels = {
      {"baseline", "sse2", llmrt_fake_step, 4096, 64, ElementType::BF16, 0}};

  descriptor.magic = kObjectMagic;
  descriptor.version = kObjectVersion;
  descriptor.descriptorBytes = sizeof(descriptor);
  descriptor.self = &descriptor;
  descriptor.name = "toy";
  descriptor.provenance = "toy model of the runtime's tests";
  ModelFacts &facts = descriptor.facts;
  facts.vocabSize = 97;
  facts.hiddenSize = 8;
  facts.layers = 3;
  facts.maxContext = 64;
  facts.maxBatch = 4;
  facts.maxRows = 11;
  facts.weightBytesRead = 1000;
  facts.stateBytesPerToken = 100;
  facts.prefillFlopsPerToken = 2000;
  facts.headFlops = 300;
  facts.attentionFlopsPerPair = 50;
}

void ToyModel::complete() {
  descriptor.arguments = arguments.data();
  descriptor.argumentCount = arguments.size();
  descriptor.groups = groups.data();
  descriptor.groupCount = groups.size();
  descriptor.levels = levels.data();
  descriptor.levelCount = levels.size();
  descriptor.facts.endTokens = endTokens.data();
  descriptor.facts.endCount = uint32_t(endTokens.size());
  config.vocab = descriptor.facts.vocabSize;
  descriptor.weightsBytes = sizeof(config);
  descriptor.weightsOffset = reinterpret_cast<const uint8_t *>(&config) -
                             reinterpret_cast<const uint8_t *>(&descriptor);
}

llmrt_status ToyModel::tryOpen(const llmrt_open_options *options) {
  complete();
  return llmrt_open_linked(reinterpret_cast<const llmrt_object *>(&descriptor),
                           options, &handle);
}

llmrt_model *ToyModel::open(const llmrt_open_options *options) {
  if (!handle) {
    EXPECT_EQ(tryOpen(options), LLMRT_OK) << llmrt_last_error();
  }
  return handle;
}

std::vector<float> ToyModel::expected(const std::vector<int32_t> &tokens,
                                      uint32_t promptLength) const {
  uint32_t seen = fake::expectedState(config, tokens.data(),
                                      uint32_t(tokens.size()), promptLength);
  std::vector<float> logits;
  for (uint32_t token = 0; token < config.vocab; ++token)
    logits.push_back(fake::logitOf(seen, token));
  return logits;
}

std::vector<int32_t> ToyModel::expectedAnswer(std::vector<int32_t> tokens,
                                              uint32_t count) const {
  uint32_t promptLength = uint32_t(tokens.size());
  std::vector<int32_t> answer;
  while (answer.size() < count) {
    std::vector<float> logits = expected(tokens, promptLength);
    answer.push_back(int32_t(std::max_element(logits.begin(), logits.end()) -
                             logits.begin()));
    tokens.push_back(answer.back());
  }
  return answer;
}
