//===- ModelRuns.cpp - Timed prefill and decode ---------------------------===//
//
// All runs share one engine, so that memory has been touched and the weights
// have been read by the time that counts.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/ModelRuns.h"

#include <algorithm>
#include <chrono>

using namespace llmrt::tools;

Measured::Spread Measured::tokensPerSecond() const {
  double all = double(tokens) * batch;
  std::vector<double> rates;
  for (double time : seconds)
    rates.push_back(all / time);
  std::sort(rates.begin(), rates.end());
  size_t middle = rates.size() / 2;
  double median = rates.size() % 2 ? rates[middle]
                                   : (rates[middle - 1] + rates[middle]) / 2;
  return {median, rates.front(), rates.back()};
}

double Measured::share(double peak) const {
  return work / (double(tokens) * batch) * tokensPerSecond().median / peak;
}

static llmrt_engine_options engineOptions(uint32_t threads, uint32_t context,
                                          uint32_t batch) {
  llmrt_engine_options options{};
  options.threads = threads;
  options.context = context;
  options.sequences = batch;
  return options;
}

static llmrt_memory contractOf(const llmrt_model *model,
                               const llmrt_engine_options &options) {
  llmrt_memory memory;
  orExit(llmrt_memory_contract(model, &options, &memory));
  return memory;
}

ModelRuns::ModelRuns(llmrt_model *model, uint32_t threads, uint32_t context,
                     uint32_t batch)
    : model(model),
      contract(contractOf(model, engineOptions(threads, context, batch))),
      engine(createEngine(model, engineOptions(threads, context, batch))) {
  llmrt_model_info info = infoOf(model);
  uint64_t state = 1;
  for (size_t count = size_t(context) + batch; tokens.size() < count;) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    tokens.push_back(int32_t((state >> 33) % info.vocab_size));
  }
  logits.resize(size_t(batch) * info.vocab_size);
}

uint32_t ModelRuns::decodePrompt(uint32_t tokens) const {
  return std::min(8u, infoOf(model).max_context - tokens);
}

Measured ModelRuns::prefill(uint32_t tokens) const {
  return {tokens, 1, double(llmrt_model_prefill_flops(model, tokens)), {}};
}

Measured ModelRuns::decode(uint32_t tokens, uint32_t batch) const {
  double bytes = 0;
  uint32_t held = decodePrompt(tokens);
  for (uint32_t step = 0; step < tokens; ++step)
    bytes += double(llmrt_model_decode_bytes(model, batch, ++held));
  return {tokens, batch, bytes, {}};
}

ModelRuns::Sequences ModelRuns::createSequences(uint32_t count) {
  Sequences sequences(count);
  for (llmrt_sequence &sequence : sequences)
    orExit(llmrt_sequence_create(engine.get(), &sequence));
  return sequences;
}

void ModelRuns::releaseSequences(const Sequences &sequences) {
  for (llmrt_sequence sequence : sequences)
    orExit(llmrt_sequence_release(engine.get(), sequence));
}

void ModelRuns::forward(const Sequences &sequences, size_t first,
                        uint32_t count) {
  spans.clear();
  // Sequences read at different places, so that they are not all the same.
  for (llmrt_sequence sequence : sequences)
    spans.push_back(
        {sequence, tokens.data() + first + spans.size(), count, 1, 0});
  orExit(llmrt_engine_forward(engine.get(), spans.data(), spans.size(),
                              logits.data(), logits.size()));
}

template <typename Work> static double secondsOf(Work work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

double ModelRuns::timePrefill(uint32_t tokens) {
  Sequences sequences = createSequences(1);
  double seconds = secondsOf([&] { forward(sequences, 0, tokens); });
  releaseSequences(sequences);
  return seconds;
}

double ModelRuns::timeDecode(uint32_t tokens, uint32_t batch) {
  Sequences sequences = createSequences(batch);
  uint32_t prompt = decodePrompt(tokens);
  forward(sequences, 0, prompt);
  double seconds = secondsOf([&] {
    for (uint32_t step = 0; step < tokens; ++step)
      forward(sequences, prompt + step, 1);
  });
  releaseSequences(sequences);
  return seconds;
}
