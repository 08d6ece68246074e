//===- llm-eval.cpp - The perplexity of a text ----------------------------===//
//
// The text's tokens are read in windows, each from an empty cache. A window
// predicts each of its tokens but the first; where windows overlap (--stride
// below --window), only those that no window before has predicted. Perplexity
// is exp of the mean negative log-likelihood.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/Handles.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <thread>

using namespace llmrt::tools;

namespace {

struct EvalOptions : CommonOptions {
  std::string text;
  uint32_t window = 512;
  uint32_t stride = 0;
  bool json = false;

  void add(CLI::App &app) {
    CommonOptions::add(app);
    app.add_option("--text", text, "The text, a file")->required();
    app.add_option("--window", window,
                   "Tokens that are read from an empty cache (default: 512)")
        ->check(CLI::Range(2, INT32_MAX));
    app.add_option("--stride", stride,
                   "Tokens from one window's start to the next (default: the "
                   "window)")
        ->check(CLI::Range(1, INT32_MAX));
    app.add_flag("--json", json, "Print JSON");
  }
};

/// What is known of the text so far.
struct Likelihood {
  double negativeLog = 0;
  uint64_t predicted = 0;
};

/// -log of the probability of `token`, summed in f64.
double negativeLogLikelihood(const float *logits, size_t vocab, int32_t token) {
  float largest = *std::max_element(logits, logits + vocab);
  double sum = 0;
  for (size_t index = 0; index < vocab; ++index)
    sum += std::exp(double(logits[index] - largest));
  return std::log(sum) + double(largest) - double(logits[token]);
}

} // namespace

/// Adds the tokens of a window from index `first` on, given those before.
static void addWindow(llmrt_engine *engine, const llmrt_model_info &info,
                      const int32_t *tokens, uint32_t count, uint32_t first,
                      Likelihood &likelihood) {
  llmrt_sequence sequence;
  orExit(llmrt_sequence_create(engine, &sequence));
  size_t vocab = info.vocab_size;
  std::vector<float> rows;
  std::vector<double> terms(count);
  for (uint32_t begin = 0; begin < count;) {
    uint32_t taken = std::min(count - begin, info.max_rows);
    // Row r predicts token r + 1; the last row predicts nothing.
    uint32_t skipped =
        std::min(taken, first > begin + 1 ? first - 1 - begin : 0);
    rows.resize((taken - skipped) * vocab);
    llmrt_span span = {sequence, tokens + begin, taken, taken - skipped, count};
    orExit(llmrt_engine_forward(engine, &span, 1, rows.data(), rows.size()));

    // In parallel, but summed in order below.
    std::vector<std::thread> threads;
    uint32_t team = llmrt_engine_threads(engine);
    for (uint32_t thread = 0; thread < team; ++thread)
      threads.emplace_back([&, thread] {
        for (uint32_t row = skipped + thread; row < taken; row += team)
          if (begin + row + 1 < count)
            terms[begin + row + 1] =
                negativeLogLikelihood(rows.data() + (row - skipped) * vocab,
                                      vocab, tokens[begin + row + 1]);
      });
    for (std::thread &thread : threads)
      thread.join();
    begin += taken;
  }
  for (uint32_t index = first; index < count; ++index)
    likelihood.negativeLog += terms[index];
  likelihood.predicted += count - first;
  orExit(llmrt_sequence_release(engine, sequence));
}

int main(int count, char **arguments) {
  CLI::App app("Measures the perplexity of a text under a compiled model.");
  EvalOptions options;
  options.add(app);
  CLI11_PARSE(app, count, arguments);

  ModelPointer model = options.open();
  llmrt_model_info info = infoOf(model.get());
  if (info.is_graph)
    exitWith(fmt::format("'{}' is a graph of tensors; perplexity is of a "
                         "decoder",
                         info.name));
  uint32_t window = options.window;
  uint32_t stride = options.stride ? options.stride : window;
  if (window > info.max_context)
    exitWith(fmt::format("--window={}: the model was compiled for a context of "
                         "{} (--max-context)",
                         window, info.max_context));
  if (stride > window)
    exitWith(fmt::format("--stride={}: the tokens between windows of {} would "
                         "not be predicted; at most {}",
                         stride, window, window));
  std::ifstream file(options.text, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file)
    exitWith(options.text + ": cannot be read");
  std::vector<int32_t> tokens =
      tokenize(model.get(), text, LLMRT_ADD_SPECIAL | LLMRT_PARSE_SPECIAL);
  if (tokens.size() < 2)
    exitWith(options.text + ": has fewer than two tokens");

  EnginePointer engine =
      createEngine(model.get(), {options.threads, 1, window, 0});
  Likelihood likelihood;
  size_t done = 0; // tokens predicted, or the first of a window
  for (size_t begin = 0; begin + 1 < tokens.size() && done < tokens.size();
       begin += stride) {
    uint32_t size = uint32_t(std::min<size_t>(window, tokens.size() - begin));
    uint32_t first =
        std::max<uint32_t>(done > begin ? uint32_t(done - begin) : 0, 1);
    addWindow(engine.get(), info, tokens.data() + begin, size, first,
              likelihood);
    done = begin + size;
  }
  double mean = likelihood.negativeLog / double(likelihood.predicted);
  if (options.json)
    fmt::print("{}\n", nlohmann::json{{"perplexity", std::exp(mean)},
                                      {"nll", mean},
                                      {"tokens", tokens.size()},
                                      {"predicted", likelihood.predicted},
                                      {"window", window},
                                      {"stride", stride}}
                           .dump(2));
  else
    fmt::print("perplexity {:.6f}\nnll {:.6f} a token\ntokens {}, {} of them "
               "predicted, in windows of {} with stride {}\n",
               std::exp(mean), mean, tokens.size(), likelihood.predicted,
               window, stride);
  return 0;
}
