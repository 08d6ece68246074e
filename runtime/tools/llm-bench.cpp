//===- llm-bench.cpp - How fast, and of what the machine can do -----------===//
//
// Tokens a second of prefill and decode, and the share of the machine's ceiling
// that they are: for decode the bytes that must be read over the read
// bandwidth, for prefill the operations that must be done over the arithmetic
// peak; llmrt.h says what counts as work. The ceilings are measured between all
// repeats, with the same threads: each repeat is compared with what the machine
// could do just before and just after it.
//
// Of a graph of tensors: the time of a call (GraphBench.h).
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/BenchReport.h"
#include "runtime/tools/GraphBench.h"
#include "runtime/tools/Handles.h"
#include "runtime/tools/MachinePeaks.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <vector>

using namespace llmrt::tools;

namespace {

struct BenchOptions : CommonOptions {
  std::vector<uint32_t> prompts = {512};
  std::vector<uint32_t> steps = {128};
  std::vector<uint32_t> batches = {1, 4, 16};
  uint32_t repeats = 5;
  bool json = false;
  CLI::Option *batchesGiven = nullptr;
  CLI::Option_group *decoderFlags = nullptr;
  GraphBenchOptions graph;

  void add(CLI::App &app);
  void checkKind(const llmrt_model_info &info) const;
  void leaveOutBatches(uint32_t maxBatch);
};

/// A model and an engine with some sequences, being measured.
class Bench {
public:
  Bench(llmrt_model *model, const BenchOptions &options);

  uint32_t threads() const { return llmrt_engine_threads(engine.get()); }
  const llmrt_memory &memory() const { return contract; }
  Measurement prefill(uint32_t tokens, MachinePeaks &peaks);
  Measurement decode(uint32_t tokens, uint32_t batch, MachinePeaks &peaks);

private:
  std::vector<int32_t> promptOf(uint32_t tokens) const;
  void forward(const std::vector<llmrt_span> &spans);
  void clear();
  void wake();
  template <typename Body>
  void repeat(Measurement &found, double work, MachinePeaks &peaks,
              Body &&body);

  llmrt_model *model;
  llmrt_model_info info;
  llmrt_engine_options engineOptions;
  llmrt_memory contract;
  uint32_t repeats;
  EnginePointer engine;
  std::vector<llmrt_sequence> sequences;
  std::vector<float> logits;
};

} // namespace

void BenchOptions::add(CLI::App &app) {
  CommonOptions::add(app);
  decoderFlags = app.add_option_group("Decoders");
  // One argument a flag: what follows may be the model.
  auto list = [&](const char *flag, std::vector<uint32_t> &values,
                  const char *help) {
    return decoderFlags->add_option(flag, values, help)
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::PositiveNumber);
  };
  list("-p", prompts, "Tokens of a prompt, a list (default: 512)");
  list("-n", steps, "Tokens to decode, a list (default: 128)");
  batchesGiven = list("-b", batches,
                      "Sequences decoded at a time, a list (default: 1,4,16, "
                      "as far as the model was compiled for them)");
  app.add_option("--repeats", repeats,
                 "How often to measure, after one round to warm up "
                 "(default: 5)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--json", json, "Print JSON");
  graph.add(app);
}

/// What is asked for has to be what the model does.
void BenchOptions::checkKind(const llmrt_model_info &info) const {
  for (const CLI::Option *option : decoderFlags->get_options())
    if (info.is_graph && option->count() != 0)
      exitWith(fmt::format("{}: '{}' is a graph of tensors, not a decoder: it "
                           "is measured on --input-shape or --input",
                           option->get_name(), info.name));
  if (!info.is_graph && graph.inputs.size() + graph.shapes.size() != 0)
    exitWith(fmt::format("'{}' is a decoder, which takes tokens; graphs of "
                         "tensors have inputs",
                         info.name));
}

void BenchOptions::leaveOutBatches(uint32_t maxBatch) {
  auto found = std::find_if(batches.begin(), batches.end(),
                            [&](uint32_t batch) { return batch > maxBatch; });
  if (found == batches.end())
    return;
  std::string sentence =
      fmt::format("a batch of {}: the model was compiled for {} (--max-batch)",
                  *found, maxBatch);
  if (batchesGiven->count() != 0)
    exitWith(sentence);
  fmt::print(stderr, "Left out {}.\n", sentence);
  batches.erase(found, batches.end());
}

static uint32_t largest(const std::vector<uint32_t> &values) {
  return *std::max_element(values.begin(), values.end());
}

Bench::Bench(llmrt_model *model, const BenchOptions &options)
    : model(model), info(infoOf(model)),
      engineOptions{options.threads, largest(options.batches),
                    std::max(largest(options.steps), largest(options.prompts)),
                    0},
      repeats(options.repeats), engine(createEngine(model, engineOptions)),
      sequences(engineOptions.sequences),
      logits(sequences.size() * info.vocab_size) {
  orExit(llmrt_memory_contract(model, &engineOptions, &contract));
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

/// The team has slept while the peaks were measured, and threads that wake up
/// may share a CPU at first: steps until each has its own.
void Bench::wake() {
  auto begin = std::chrono::steady_clock::now();
  int32_t token = 0;
  do {
    clear();
    forward({{sequences[0], &token, 1, 1, 0}});
  } while (std::chrono::steady_clock::now() - begin <
           std::chrono::milliseconds(20));
  clear();
}

/// Times `body`, which does `work` bytes or operations, on empty sequences.
template <typename Body>
void Bench::repeat(Measurement &found, double work, MachinePeaks &peaks,
                   Body &&body) {
  PeakRates before = {};
  for (uint32_t repeat = 0; repeat <= repeats; ++repeat) {
    wake();
    auto begin = std::chrono::steady_clock::now();
    body();
    std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - begin;
    PeakRates after = peaks.sample();
    if (repeat != 0) { // the first warms up
      found.rates.add(double(found.tokens) * found.batch / seconds.count());
      found.shares.add(
          work / seconds.count() /
          (MachinePeaks::around(before, after, found.ceiling) * 1e9));
    }
    before = after;
  }
}

Measurement Bench::prefill(uint32_t tokens, MachinePeaks &peaks) {
  Measurement found{tokens, 1, arithmeticPeak(info.compute_type), {}, {}};
  std::vector<int32_t> prompt = promptOf(tokens);
  repeat(found, double(llmrt_model_prefill_flops(model, tokens)), peaks,
         [&] { forward({{sequences[0], prompt.data(), tokens, 1, 0}}); });
  return found;
}

Measurement Bench::decode(uint32_t tokens, uint32_t batch,
                          MachinePeaks &peaks) {
  Measurement found{tokens, batch, Peak::Read, {}, {}};
  double bytes = 0;
  for (uint32_t context = 1; context <= tokens; ++context)
    bytes += double(llmrt_model_decode_bytes(model, batch, context));
  std::vector<int32_t> last;
  llmrt_sampling greedy = {};
  repeat(found, bytes, peaks, [&] {
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
  return found;
}

int main(int count, char **arguments) {
  CLI::App app("Measures a compiled model against what the machine can do.");
  BenchOptions options;
  options.add(app);
  CLI11_PARSE(app, count, arguments);

  ModelPointer model = options.open();
  llmrt_model_info info = infoOf(model.get());
  options.checkKind(info);
  if (info.is_graph) {
    benchGraph(model.get(), options.threads, options.repeats, options.json,
               options.graph);
    return 0;
  }
  options.leaveOutBatches(info.max_batch);
  Bench bench(model.get(), options);
  MachinePeaks peaks(bench.threads());
  if (!peaks.valid())
    exitWith("no memory to measure its bandwidth with");
  BenchReport report{info, bench.memory(), bench.threads(), peaks, {}, {}};
  for (uint32_t tokens : options.prompts)
    report.prefill.push_back(bench.prefill(tokens, peaks));
  for (uint32_t batch : options.batches)
    for (uint32_t tokens : options.steps)
      report.decode.push_back(bench.decode(tokens, batch, peaks));
  if (options.json)
    report.printJson();
  else
    report.printTable();
  return 0;
}
