//===- llm-eval.cpp - Perplexity of a text --------------------------------===//
//
// The text's tokens are cut into windows that are read from an empty cache
// each; every token of a window but the first is predicted from those before
// it. The perplexity is exp of the mean negative log-likelihood.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/Handles.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

using namespace llmrt::tools;

namespace {

/// Negative log-likelihood of `token`, summed in f64.
double surprise(const float *logits, size_t count, int32_t token) {
  double largest = *std::max_element(logits, logits + count), sum = 0;
  for (size_t i = 0; i < count; ++i)
    sum += std::exp(logits[i] - largest);
  return std::log(sum) + largest - logits[token];
}

int run(const std::string &path, const std::string &textPath, uint32_t window,
        uint32_t threads) {
  Model model = openModel(path);
  llmrt_model_info info = infoOf(model.get());
  if (window < 2 || window > info.max_context)
    throw Failure(fmt::format("--window={}: accepted: 2 to {}", window,
                              info.max_context));
  std::ifstream file(textPath, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file)
    throw Failure(textPath + ": cannot be read");
  std::vector<int32_t> ids =
      tokenize(model.get(), text.str(), LLMRT_ADD_SPECIAL);
  if (ids.size() < 2)
    throw Failure(textPath + ": fewer than two tokens");

  llmrt_engine_options options{};
  options.threads = threads;
  options.sequences = 1;
  options.context = window;
  Engine engine = createEngine(model.get(), options);
  double total = 0;
  size_t predicted = 0;
  std::vector<float> logits;
  for (size_t first = 0; first + 1 < ids.size(); first += window) {
    uint32_t count = std::min<size_t>(window, ids.size() - first);
    if (count < 2)
      break;
    llmrt_sequence sequence;
    check(llmrt_sequence_create(engine.get(), &sequence));
    // The last token of a window predicts nothing in it.
    uint32_t rows = count - 1;
    logits.resize(size_t(rows) * info.vocab_size);
    llmrt_span span{sequence, ids.data() + first, rows, rows, rows};
    check(llmrt_engine_forward(engine.get(), &span, 1, logits.data(),
                               logits.size()));
    for (uint32_t i = 0; i < rows; ++i)
      total += surprise(logits.data() + size_t(i) * info.vocab_size,
                        info.vocab_size, ids[first + i + 1]);
    predicted += rows;
    check(llmrt_sequence_release(engine.get(), sequence));
  }
  double mean = total / predicted;
  fmt::print("perplexity {:.6f} (nll {:.6f} a token, {} tokens predicted, "
             "windows of {})\n",
             std::exp(mean), mean, predicted, window);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  std::string model, text;
  uint32_t window = 512, threads = 0;
  CLI::App app("llm-eval: perplexity of a text under a compiled model");
  app.add_option("model", model, "The compiled model (.so)")->required();
  app.add_option("--text", text, "The text's file")->required();
  app.add_option("--window", window, "Tokens of a window")->default_val(512);
  app.add_option("--threads", threads, "0: one for each physical core");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(model, text, window, threads);
  } catch (const std::exception &failure) {
    fmt::print(stderr, "llm-eval: {}\n", failure.what());
    return 1;
  }
}
