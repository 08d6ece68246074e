//===- llm-bench.cpp - Speed of a compiled model --------------------------===//
//
// Tokens a second of prefill and decode, and which share that is of what this
// machine can do: decode is held against the read bandwidth, prefill against
// the arithmetic peak of the type that the model computes in. Peaks and runs
// take turns, so that both meet the machine in the same state.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/MachinePeaks.h"
#include "runtime/tools/ModelRuns.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>

using namespace llmrt::tools;

namespace {

struct Options {
  std::string model;
  std::vector<uint32_t> prompts{512}, steps{128}, batches{1, 4, 16};
  bool promptsGiven = false, stepsGiven = false, batchesGiven = false;
  uint32_t threads = 0, repeats = 5;
  bool json = false;
};

struct Results {
  std::vector<Measured> prefill, decode;
};

uint32_t largest(const std::vector<uint32_t> &list) {
  return list.empty() ? 0 : *std::max_element(list.begin(), list.end());
}

/// Refuses what the model cannot hold if the user asked for it, else asks for
/// less.
void fit(std::vector<uint32_t> &list, bool given, uint32_t most,
         const char *flag, const std::string &reason) {
  if (given && largest(list) > most)
    throw Failure(fmt::format("{} {}: {}", flag, largest(list), reason));
  for (uint32_t &value : list)
    value = std::min(value, most);
  // 0 is how a kind of work is left out.
  list.erase(std::remove(list.begin(), list.end(), 0u), list.end());
}

void fitToModel(Options &options, const llmrt_model_info &info) {
  uint32_t context = info.max_context;
  fit(options.prompts, options.promptsGiven, context, "-p",
      fmt::format("the model's context holds {} tokens", context));
  fit(options.steps, options.stepsGiven, context ? context - 1 : 0, "-n",
      fmt::format("the model's context holds {} tokens, one of which is the "
                  "prompt",
                  context));
  if (options.batchesGiven)
    fit(options.batches, true, info.max_batch, "-b",
        fmt::format("a step of this object takes at most {} sequences; compile "
                    "the model with a larger --max-batch",
                    info.max_batch));
  std::vector<uint32_t> &batches = options.batches;
  batches.erase(
      std::remove_if(batches.begin(), batches.end(),
                     [&](uint32_t batch) { return batch > info.max_batch; }),
      batches.end());
  if (batches.empty())
    options.steps.clear();
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

void showRound(uint32_t round, uint32_t rounds) {
  if (!isatty(STDERR_FILENO))
    return;
  if (round == rounds)
    fmt::print(stderr, "\r\033[K");
  else
    fmt::print(stderr, "\rmeasuring {} of {} ", round + 1, rounds);
}

Results measure(ModelRuns &runs, MachinePeaks &peaks, const Options &options) {
  Results results;
  for (uint32_t tokens : options.prompts) {
    results.prefill.push_back(runs.prefill(tokens));
    runs.timePrefill(tokens); // warms up
  }
  for (uint32_t tokens : options.steps)
    for (uint32_t batch : options.batches) {
      results.decode.push_back(runs.decode(tokens, batch));
      runs.timeDecode(std::min(tokens, 8u), batch);
    }
  for (uint32_t round = 0; round < options.repeats; ++round) {
    showRound(round, options.repeats);
    for (Measured &row : results.prefill) {
      peaks.measure();
      row.seconds.push_back(runs.timePrefill(row.tokens));
    }
    for (Measured &row : results.decode) {
      peaks.measure();
      row.seconds.push_back(runs.timeDecode(row.tokens, row.batch));
    }
    peaks.measure();
  }
  showRound(options.repeats, options.repeats);
  return results;
}

/// Of the type that linear layers multiply in; 0: not measured here.
double arithmeticPeak(const MachinePeaks &peaks, const std::string &type) {
  if (type == "f32")
    return peaks.f32Operations();
  if (type == "bf16")
    return peaks.bf16Operations();
  return type == "i8" ? peaks.int8Operations() : 0;
}

//===----------------------------------------------------------------------===//
// Telling
//===----------------------------------------------------------------------===//

using Json = nlohmann::ordered_json;

Json orNull(double value) { return value > 0 ? Json(value) : Json(); }

Json rowsToJson(const std::vector<Measured> &rows, double peak) {
  Json list = Json::array();
  for (const Measured &row : rows) {
    Measured::Spread rate = row.tokensPerSecond();
    list.push_back(
        {{"tokens", row.tokens},
         {"batch", row.batch},
         {"tokens_per_s",
          {{"median", rate.median}, {"min", rate.min}, {"max", rate.max}}},
         {"share", peak > 0 ? Json(row.share(peak)) : Json()}});
  }
  return list;
}

void printJson(const llmrt_model_info &info, const ModelRuns &runs,
               const MachinePeaks &peaks, const Results &results) {
  Json json = {
      {"model", info.name},
      {"provenance", info.provenance},
      {"cpu_level", info.cpu_level},
      {"compute_type", info.compute_type},
      {"threads", runs.threads()},
      {"memory",
       {{"private_bytes", runs.memory().private_bytes},
        {"mapped_weight_bytes", runs.memory().mapped_weight_bytes}}},
      {"machine",
       {{"read_gb_s", orNull(peaks.readBytes() / 1e9)},
        {"f32_gflop_s", orNull(peaks.f32Operations() / 1e9)},
        {"bf16_gflop_s", orNull(peaks.bf16Operations() / 1e9)},
        {"int8_gop_s", orNull(peaks.int8Operations() / 1e9)}}},
      {"prefill",
       rowsToJson(results.prefill, arithmeticPeak(peaks, info.compute_type))},
      {"decode", rowsToJson(results.decode, peaks.readBytes())}};
  fmt::print("{}\n", json.dump(1, ' ', false, Json::error_handler_t::replace));
}

std::string peakText(const char *name, double operations, const char *unit) {
  if (operations <= 0)
    return fmt::format("no {} instructions", name);
  return fmt::format("{} {:.0f} {}", name, operations / 1e9, unit);
}

void printRows(const char *name, const std::vector<Measured> &rows, double peak,
               const std::string &ceiling) {
  for (const Measured &row : rows) {
    Measured::Spread rate = row.tokensPerSecond();
    std::string share = peak > 0 ? fmt::format("{:5.1f} % of the {}",
                                               100 * row.share(peak), ceiling)
                                 : "    - (no such peak on this CPU)";
    fmt::print("{:<8}{:>7}{:>7}{:>12.1f}{:>12.1f}{:>12.1f}   {}\n", name,
               row.tokens, row.batch, rate.median, rate.min, rate.max, share);
  }
}

void printTable(const llmrt_model_info &info, const ModelRuns &runs,
                const MachinePeaks &peaks, const Results &results) {
  fmt::print("model    {}\n         {}\n", info.name, info.provenance);
  fmt::print("runs     CPU level {}, linear layers in {}, {} thread{}\n",
             info.cpu_level, info.compute_type, runs.threads(),
             runs.threads() == 1 ? "" : "s");
  fmt::print(
      "memory   at most {:.1f} MB private, {:.1f} MB of weights mapped\n",
      runs.memory().private_bytes / 1e6,
      runs.memory().mapped_weight_bytes / 1e6);
  fmt::print("machine  reads {:.1f} GB/s; {}, {}, {}\n\n",
             peaks.readBytes() / 1e9,
             peakText("f32", peaks.f32Operations(), "Gflop/s"),
             peakText("bf16", peaks.bf16Operations(), "Gflop/s"),
             peakText("int8", peaks.int8Operations(), "Gop/s"));
  fmt::print("{:<8}{:>7}{:>7}{:>12}{:>12}{:>12}   {}\n", "", "tokens", "batch",
             "tokens/s", "slowest", "fastest", "share of the ceiling");
  printRows("prefill", results.prefill,
            arithmeticPeak(peaks, info.compute_type),
            fmt::format("{} peak", info.compute_type));
  printRows("decode", results.decode, peaks.readBytes(), "read bandwidth");
}

int run(Options options) {
  Model model = openModel(options.model);
  llmrt_model_info info = infoOf(model.get());
  fitToModel(options, info);
  // Decoding starts from a short prompt.
  uint32_t longest = largest(options.steps);
  uint32_t context = std::max(
      {longest ? longest + std::min(8u, info.max_context - longest) : 0,
       largest(options.prompts), 1u});
  ModelRuns runs(model.get(), options.threads, context,
                 std::max(largest(options.batches), 1u));
  MachinePeaks peaks(runs.threads());
  Results results = measure(runs, peaks, options);
  if (options.json)
    printJson(info, runs, peaks, results);
  else
    printTable(info, runs, peaks, results);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  CLI::App app("llm-bench: how fast a model that llm-compile made runs, and "
               "what share that is of this machine's ceiling");
  app.add_option("model", options.model, "The compiled model (.so)")
      ->required();
  auto list = [&](const char *flag, std::vector<uint32_t> &values,
                  const char *text) {
    return app.add_option(flag, values, text)
        ->delimiter(',')
        ->allow_extra_args(false)
        ->capture_default_str();
  };
  auto *prompts = list("-p", options.prompts,
                       "Tokens of the prompt for prefill, one or several "
                       "numbers; 0: no prefill");
  auto *steps = list("-n", options.steps,
                     "Tokens to decode for each sequence, one or several "
                     "numbers; 0: no decode");
  auto *batches = list("-b", options.batches,
                       "Sequences that decode at once, one or several numbers")
                      ->check(CLI::Range(1u, 1u << 20));
  app.add_option("-r,--repeats", options.repeats,
                 "Times that each is measured, after a run to warm up")
      ->capture_default_str()
      ->check(CLI::Range(1u, 10000u));
  app.add_option("--threads", options.threads, "0: one for each physical core");
  app.add_flag("--json", options.json, "Print JSON rather than a table");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) ? 1 : 0;
  }
  options.promptsGiven = prompts->count() > 0;
  options.stepsGiven = steps->count() > 0;
  options.batchesGiven = batches->count() > 0;
  try {
    return run(std::move(options));
  } catch (const std::exception &failure) {
    fmt::print(stderr, "llm-bench: {}\n", failure.what());
    return 1;
  }
}
