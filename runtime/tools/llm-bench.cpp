//===- llm-bench.cpp - How fast, and of what the machine can do -----------===//
//
// Tokens a second of prefill and decode, and the share of the machine's ceiling
// that they are: for decode the bytes that must be read over the read
// bandwidth, for prefill the operations that must be done over the arithmetic
// peak. The ceilings are measured in the same run, before and after, with the
// same threads; llmrt.h says what counts as work.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/Handles.h"
#include "runtime/tools/MachinePeaks.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

using namespace llmrt::tools;

namespace {

struct BenchOptions : CommonOptions {
  std::vector<uint32_t> prompts = {512};
  uint32_t tokens = 128;
  std::vector<uint32_t> batches = {1, 4, 16};
  uint32_t repeats = 5;
  bool json = false;
  CLI::Option *batchesGiven = nullptr;

  void add(CLI::App &app);
};

/// Tokens a second over the repeats, and the work of one repeat.
struct Measurement {
  uint32_t tokens, batch;
  std::vector<double> rates; ///< ascending
  double work;               ///< bytes or operations
  double workPerToken() const { return work / (double(tokens) * batch); }
  double median() const {
    size_t half = rates.size() / 2;
    return rates.size() % 2 ? rates[half] : (rates[half - 1] + rates[half]) / 2;
  }
  /// Of a ceiling in 10^9 bytes or operations a second.
  double share(double peak) const {
    return median() * workPerToken() / (peak * 1e9);
  }
};

/// A model and an engine with some sequences, being measured.
class Bench {
public:
  Bench(llmrt_model *model, const BenchOptions &options, uint32_t sequences,
        uint32_t context);

  uint32_t threads() const { return llmrt_engine_threads(engine.get()); }
  Measurement prefill(uint32_t tokens);
  Measurement decode(uint32_t tokens, uint32_t batch);

private:
  std::vector<int32_t> promptOf(uint32_t tokens) const;
  void forward(const std::vector<llmrt_span> &spans);
  void clear();
  template <typename Body>
  std::vector<double> timed(double tokens, Body &&body);

  llmrt_model *model;
  llmrt_model_info info;
  uint32_t repeats;
  EnginePointer engine;
  std::vector<llmrt_sequence> sequences;
  std::vector<float> logits;
};

} // namespace

void BenchOptions::add(CLI::App &app) {
  CommonOptions::add(app);
  app.add_option("-p", prompts, "Tokens of a prompt (default: 512)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  app.add_option("-n", tokens, "Tokens to decode (default: 128)")
      ->check(CLI::PositiveNumber);
  batchesGiven = app.add_option("-b", batches,
                                "Sequences decoded at a time (default: 1,4,16, "
                                "as far as the model was compiled for them)")
                     ->delimiter(',')
                     ->check(CLI::PositiveNumber);
  app.add_option("--repeats", repeats,
                 "How often to measure, after one round to warm up "
                 "(default: 5)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--json", json, "Print JSON");
}

Bench::Bench(llmrt_model *model, const BenchOptions &options, uint32_t count,
             uint32_t context)
    : model(model), info(infoOf(model)), repeats(options.repeats),
      engine(createEngine(model, {options.threads, count, context, 0})),
      sequences(count), logits(size_t(count) * info.vocab_size) {
  for (llmrt_sequence &sequence : sequences)
    orExit(llmrt_sequence_create(engine.get(), &sequence));
}

/// Ids spread over the vocabulary.
std::vector<int32_t> Bench::promptOf(uint32_t tokens) const {
  std::vector<int32_t> prompt(tokens);
  for (uint32_t index = 0; index < tokens; ++index)
    prompt[index] = int32_t((index + 1) * uint64_t(7919) % info.vocab_size);
  return prompt;
}

void Bench::forward(const std::vector<llmrt_span> &spans) {
  orExit(llmrt_engine_forward(engine.get(), spans.data(), spans.size(),
                              logits.data(), logits.size()));
}

void Bench::clear() {
  for (llmrt_sequence sequence : sequences)
    orExit(llmrt_sequence_truncate(engine.get(), sequence, 0));
}

/// Tokens a second of each repeat of `body`, ascending.
template <typename Body>
std::vector<double> Bench::timed(double tokens, Body &&body) {
  std::vector<double> rates;
  for (uint32_t repeat = 0; repeat <= repeats; ++repeat) {
    clear();
    auto begin = std::chrono::steady_clock::now();
    body();
    std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - begin;
    if (repeat != 0) // the first warms up
      rates.push_back(tokens / seconds.count());
  }
  std::sort(rates.begin(), rates.end());
  return rates;
}

Measurement Bench::prefill(uint32_t tokens) {
  std::vector<int32_t> prompt = promptOf(tokens);
  auto rates = timed(
      tokens, [&] { forward({{sequences[0], prompt.data(), tokens, 1, 0}}); });
  return {tokens, 1, rates, double(llmrt_model_prefill_flops(model, tokens))};
}

Measurement Bench::decode(uint32_t tokens, uint32_t batch) {
  std::vector<int32_t> last(batch);
  llmrt_sampling greedy = {};
  auto rates = timed(double(tokens) * batch, [&] {
    last = promptOf(batch);
    for (uint32_t step = 0; step < tokens; ++step) {
      std::vector<llmrt_span> spans;
      for (uint32_t index = 0; index < batch; ++index)
        spans.push_back({sequences[index], &last[index], 1, 1, 0});
      forward(spans);
      for (uint32_t index = 0; index < batch; ++index)
        orExit(llmrt_engine_sample(
            engine.get(), &greedy, nullptr, 0, 0,
            logits.data() + size_t(index) * info.vocab_size, &last[index]));
    }
  });
  double bytes = 0;
  for (uint32_t context = 1; context <= tokens; ++context)
    bytes += double(llmrt_model_decode_bytes(model, batch, context));
  return {tokens, batch, rates, bytes};
}

static nlohmann::json toJson(const Measurement &found, double peak) {
  return {{"tokens", found.tokens},
          {"batch", found.batch},
          {"tokens_per_s",
           {{"median", found.median()},
            {"min", found.rates.front()},
            {"max", found.rates.back()}}},
          {"share", found.share(peak)}};
}

static void printRow(const char *what, const Measurement &found, double peak,
                     const char *ceiling) {
  fmt::print("{:<8} {:>6} {:>6} {:>10.1f} {:>10.1f} {:>10.1f} {:>6.1f} % of "
             "{}\n",
             what, found.tokens, found.batch, found.median(),
             found.rates.front(), found.rates.back(), found.share(peak) * 100,
             ceiling);
}

int main(int count, char **arguments) {
  CLI::App app("Measures a compiled model against what the machine can do.");
  BenchOptions options;
  options.add(app);
  CLI11_PARSE(app, count, arguments);

  ModelPointer model = options.open();
  llmrt_model_info info = infoOf(model.get());
  auto tooMany = [&](uint32_t batch) { return batch > info.max_batch; };
  auto found =
      std::find_if(options.batches.begin(), options.batches.end(), tooMany);
  if (found != options.batches.end()) {
    std::string sentence =
        fmt::format("a batch of {}: the model was compiled for {} "
                    "(--max-batch)",
                    *found, info.max_batch);
    if (options.batchesGiven->count() != 0)
      exitWith(sentence);
    fmt::print(stderr, "Left out {}.\n", sentence);
    options.batches.erase(found, options.batches.end());
  }

  MachinePeaks peaks;
  std::vector<Measurement> prefill, decode;
  uint32_t threads;
  {
    uint32_t batch =
        *std::max_element(options.batches.begin(), options.batches.end());
    uint32_t context =
        std::max(options.tokens, *std::max_element(options.prompts.begin(),
                                                   options.prompts.end()));
    Bench bench(model.get(), options, batch, context);
    threads = bench.threads();
    peaks.measure(threads);
    for (uint32_t tokens : options.prompts)
      prefill.push_back(bench.prefill(tokens));
    for (uint32_t size : options.batches)
      decode.push_back(bench.decode(options.tokens, size));
  }
  peaks.measure(threads);
  double arithmetic = peaks.arithmetic(info.compute_type);

  if (options.json) {
    nlohmann::json result = {{"model", info.name},
                             {"level", info.cpu_level},
                             {"compute_type", info.compute_type},
                             {"threads", threads},
                             {"repeats", options.repeats},
                             {"machine",
                              {{"read_gb_s", peaks.readGBytes},
                               {"f32_gflop_s", peaks.f32GFlops},
                               {"bf16_gflop_s", peaks.bf16GFlops},
                               {"int8_gop_s", peaks.int8GOps}}},
                             {"prefill", nlohmann::json::array()},
                             {"decode", nlohmann::json::array()}};
    for (const Measurement &each : prefill)
      result["prefill"].push_back(toJson(each, arithmetic));
    for (const Measurement &each : decode)
      result["decode"].push_back(toJson(each, peaks.readGBytes));
    fmt::print("{}\n", result.dump(2));
    return 0;
  }
  fmt::print("{}, level {}, {} threads\n", info.name, info.cpu_level, threads);
  fmt::print("machine: reads {:.1f} GB/s; f32 {:.0f}, bf16 {:.0f} GFLOP/s; "
             "int8 {:.0f} GOP/s\n\n",
             peaks.readGBytes, peaks.f32GFlops, peaks.bf16GFlops,
             peaks.int8GOps);
  fmt::print("{:<8} {:>6} {:>6} {:>10} {:>10} {:>10}\n", "", "tokens", "batch",
             "tokens/s", "min", "max");
  for (const Measurement &each : prefill)
    printRow("prefill", each, arithmetic, info.compute_type);
  for (const Measurement &each : decode)
    printRow("decode", each, peaks.readGBytes, "reading");
  return 0;
}
