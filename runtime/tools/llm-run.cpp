//===- llm-run.cpp - Run a compiled model ---------------------------------===//
//
// llm-run model.so "prompt" continues a text, with --chat it answers a message,
// and without a prompt it converses. --tokens, --ids and --logits are for
// comparing a model with its reference. A graph of tensors runs on files:
// --input, --output, --test-data.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/Chat.h"
#include "runtime/tools/GraphRun.h"
#include "runtime/tools/Handles.h"
#include "runtime/tools/LogitsFile.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <optional>

using namespace llmrt::tools;

namespace {

struct RunOptions : CommonOptions {
  std::optional<std::string> prompt;
  std::vector<int32_t> tokens;
  std::string system;
  bool chat = false;
  bool printIds = false;
  std::string logits;
  std::vector<std::string> stopStrings;
  std::vector<const char *> stopPointers;
  uint32_t context = 0;
  llmrt_request_options request = {};
  GraphOptions graph;

  void add(CLI::App &app);
  void complete();
  void checkKind(const llmrt_model_info &info) const;
};

} // namespace

void RunOptions::add(CLI::App &app) {
  CommonOptions::add(app);
  CLI::Range probability(0.0, 1.0);
  llmrt_sampling &sampling = request.sampling;
  CLI::Option *text = app.add_option(
      "prompt", prompt, "Text to go on from (default: a conversation)");
  app.add_option("--tokens", tokens, "The prompt as ids: 1,2,3")
      ->delimiter(',')
      ->excludes(text);
  app.add_flag("--chat", chat,
               "Take the prompt as a message, by the model's chat template");
  app.add_option("--system", system, "What a conversation starts with");
  app.add_option("-n", request.max_tokens,
                 "Tokens to generate at most (default: until the answer ends)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--ignore-eos", request.ignore_end,
               "Go on after the model's end tokens");
  app.add_option("--stop", stopStrings, "End before this text; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--context", context,
                 "Tokens to have memory for (default: what it was compiled "
                 "for)");
  app.add_option("--temperature", sampling.temperature,
                 "0 (the default) takes the likeliest token")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--top-k", sampling.top_k, "Choose among the k likeliest");
  app.add_option("--top-p", sampling.top_p,
                 "Choose among the likeliest that have this mass together")
      ->check(probability);
  app.add_option("--min-p", sampling.min_p,
                 "Leave out what is less likely than this times the likeliest")
      ->check(probability);
  app.add_option("--repetition-penalty", sampling.repetition_penalty,
                 "Divide the logits of what has been said")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", sampling.seed, "Of the random choices");
  app.add_flag("--ids", printIds, "Print the generated ids only, on one line");
  app.add_option("--logits", logits,
                 "Write f32 logits of every position that was computed, of the "
                 "prompt and of what is generated, to this safetensors file");
  graph.add(app);
}

void RunOptions::complete() {
  for (const std::string &string : stopStrings)
    stopPointers.push_back(string.c_str());
  request.stop_strings = stopPointers.data();
  request.stop_string_count = stopPointers.size();
}

/// What is asked for has to be what the model does.
void RunOptions::checkKind(const llmrt_model_info &info) const {
  if (info.is_graph && (prompt || !tokens.empty() || chat))
    exitWith(fmt::format("'{}' is a graph of tensors, which takes no text or "
                         "tokens: --input NAME=file.npy or --test-data DIR",
                         info.name));
  std::string flag = graph.given();
  if (!info.is_graph && !flag.empty())
    exitWith(fmt::format("{}: '{}' is a decoder, which takes text or tokens; "
                         "graphs of tensors have inputs",
                         flag, info.name));
}

/// The ids to go on from.
static std::vector<int32_t> promptIds(const llmrt_model *model,
                                      const RunOptions &options) {
  if (!options.prompt)
    return options.tokens;
  constexpr uint32_t flags = LLMRT_ADD_SPECIAL | LLMRT_PARSE_SPECIAL;
  if (!options.chat)
    return tokenize(model, *options.prompt, flags);
  if (!infoOf(model).has_chat_template) {
    fmt::print(stderr, "The model has no chat template: the prompt is taken as "
                       "plain text.\n");
    return tokenize(model, *options.prompt, flags);
  }
  std::vector<llmrt_message> messages;
  if (!options.system.empty())
    messages.push_back({"system", options.system.c_str()});
  messages.push_back({"user", options.prompt->c_str()});
  return tokenize(model, renderChat(model, messages), LLMRT_PARSE_SPECIAL);
}

/// Generates by single steps, so that every row of logits can be kept: a row
/// for each token of the prompt and of the answer but the last, which is not
/// evaluated. The tokens are those that a request gives.
static std::vector<int32_t> generateWithLogits(const llmrt_model *model,
                                               llmrt_engine *engine,
                                               const RunOptions &options,
                                               std::vector<int32_t> tokens) {
  llmrt_model_info info = infoOf(model);
  uint32_t limit = options.request.max_tokens;
  uint32_t context = options.context ? options.context : info.max_context;
  LogitsFile file(options.logits, info.vocab_size);
  llmrt_sequence sequence;
  orExit(llmrt_sequence_create(engine, &sequence));
  std::vector<float> rows;
  size_t evaluated = 0, promptSize = tokens.size();
  for (uint64_t draw = 0;; ++draw) {
    while (evaluated < tokens.size()) {
      uint32_t count =
          uint32_t(std::min<size_t>(tokens.size() - evaluated, info.max_rows));
      rows.resize(size_t(count) * info.vocab_size);
      llmrt_span span = {sequence, tokens.data() + evaluated, count, count,
                         uint32_t(promptSize)};
      orExit(llmrt_engine_forward(engine, &span, 1, rows.data(), rows.size()));
      file.append(rows.data(), count);
      evaluated += count;
    }
    int32_t token;
    orExit(llmrt_engine_sample(
        engine, &options.request.sampling, tokens.data(), tokens.size(), draw,
        rows.data() + rows.size() - info.vocab_size, &token));
    tokens.push_back(token);
    const int32_t *ends = info.end_tokens;
    bool isEnd = std::find(ends, ends + info.end_token_count, token) !=
                 ends + info.end_token_count;
    if ((isEnd && !options.request.ignore_end) || draw + 1 == limit ||
        tokens.size() > context)
      break;
  }
  file.finish();
  return std::vector<int32_t>(tokens.begin() + long(promptSize), tokens.end());
}

/// Generates, printing text as it comes; returns the ids.
static std::vector<int32_t> generate(llmrt_engine *engine,
                                     const RunOptions &options,
                                     const std::vector<int32_t> &prompt) {
  struct Heard {
    std::vector<int32_t> ids;
    llmrt_status status = LLMRT_OK;
  } heard;
  llmrt_request_options request = options.request;
  request.no_text = options.printIds;
  request.user = &heard;
  request.callback = [](void *user, const llmrt_event *event) -> int32_t {
    Heard &heard = *static_cast<Heard *>(user);
    if (event->token >= 0)
      heard.ids.push_back(event->token);
    heard.status = event->status;
    fwrite(event->text, 1, event->text_bytes, stdout);
    return fflush(stdout);
  };
  llmrt_request id;
  orExit(
      llmrt_engine_submit(engine, prompt.data(), prompt.size(), &request, &id));
  for (uint32_t unfinished = 1; unfinished != 0;)
    orExit(llmrt_engine_step(engine, &unfinished));
  orExit(heard.status);
  return heard.ids;
}

int main(int count, char **arguments) {
  CLI::App app("Runs a model that llm-compile has compiled.");
  RunOptions options;
  options.add(app);
  CLI11_PARSE(app, count, arguments);
  options.complete();

  ModelPointer model = options.open();
  llmrt_model_info info = infoOf(model.get());
  options.checkKind(info);
  if (info.is_graph)
    return runGraph(model.get(), options.threads, options.graph);
  llmrt_engine_options engineOptions = {};
  engineOptions.threads = options.threads;
  engineOptions.context = options.context;
  EnginePointer engine = createEngine(model.get(), engineOptions);
  if (!options.prompt && options.tokens.empty()) {
    chatAtTerminal(model.get(), engine.get(), options.system, options.request);
    return 0;
  }
  std::vector<int32_t> prompt = promptIds(model.get(), options);
  bool withLogits = !options.logits.empty();
  std::vector<int32_t> ids =
      withLogits
          ? generateWithLogits(model.get(), engine.get(), options, prompt)
          : generate(engine.get(), options, prompt);
  if (options.printIds)
    fmt::print("{}\n", fmt::join(ids, " "));
  else
    fmt::print("{}\n", withLogits ? detokenize(model.get(), ids) : "");
  return 0;
}
