//===- llm-run.cpp - Ask a compiled model ---------------------------------===//
//
// Answers one prompt (text, chat or ids), or talks when none is given.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/Handles.h"
#include "runtime/tools/LogitsFile.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <editline/readline.h>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

using namespace llmrt::tools;

namespace {

struct Options {
  std::string model, prompt, logits;
  std::vector<int32_t> tokens;
  bool chat = false, ids = false, ignoreEnd = false;
  uint32_t count = 0, threads = 0, context = 0;
  llmrt_sampling sampling{0.0f, 0, 0.0f, 0.0f, 0.0f, 0};
};

llmrt_request_options requestOptions(const Options &options) {
  llmrt_request_options request{};
  request.sampling = options.sampling;
  request.max_tokens = options.count;
  request.ignore_end = options.ignoreEnd;
  return request;
}

int32_t printText(void *, const llmrt_event *event) {
  fwrite(event->text, 1, event->text_bytes, stdout);
  fflush(stdout);
  return 0;
}

int32_t collectId(void *user, const llmrt_event *event) {
  if (event->token >= 0)
    static_cast<std::vector<int32_t> *>(user)->push_back(event->token);
  return event->finish == LLMRT_FINISH_FAILED;
}

std::vector<int32_t> promptIds(const llmrt_model *model,
                               const Options &options) {
  if (!options.tokens.empty())
    return options.tokens;
  if (options.chat)
    return tokenize(model, renderQuestion(model, options.prompt),
                    LLMRT_PARSE_SPECIAL);
  return tokenize(model, options.prompt,
                  LLMRT_ADD_SPECIAL | LLMRT_PARSE_SPECIAL);
}

void printIds(const std::vector<int32_t> &ids) {
  fmt::print("{}\n", fmt::join(ids, " "));
}

/// Runs until the request has finished, and fails with its sentence.
std::vector<int32_t> generate(llmrt_engine *engine, const Options &options,
                              const std::vector<int32_t> &prompt) {
  std::vector<int32_t> ids;
  llmrt_request_options request = requestOptions(options);
  if (options.ids) {
    request.no_text = 1;
    request.callback = collectId;
    request.user = &ids;
  } else {
    request.callback = printText;
  }
  llmrt_request id;
  check(
      llmrt_engine_submit(engine, prompt.data(), prompt.size(), &request, &id));
  uint32_t unfinished = 1;
  while (unfinished)
    check(llmrt_engine_step(engine, &unfinished));
  return ids;
}

/// The same token by token, with the logits of every position.
std::vector<int32_t> generateWithLogits(llmrt_engine *engine,
                                        const llmrt_model *model,
                                        const Options &options,
                                        std::vector<int32_t> history) {
  llmrt_model_info info = infoOf(model);
  llmrt_sequence sequence;
  check(llmrt_sequence_create(engine, &sequence));
  std::vector<float> all;
  auto forward = [&](const int32_t *tokens, uint32_t count, uint32_t prompt) {
    size_t before = all.size(), floats = size_t(count) * info.vocab_size;
    all.resize(before + floats);
    llmrt_span span{sequence, tokens, count, count, prompt};
    check(llmrt_engine_forward(engine, &span, 1, all.data() + before, floats));
  };
  uint32_t prompt = history.size();
  forward(history.data(), prompt, prompt);
  std::vector<int32_t> ids;
  std::vector<float> row;
  while (ids.size() < options.count) {
    row.assign(all.end() - info.vocab_size, all.end());
    int32_t token;
    check(llmrt_engine_sample(engine, &options.sampling, history.data(),
                              history.size(), ids.size(), row.data(), &token));
    ids.push_back(token);
    bool ends =
        std::find(info.end_tokens, info.end_tokens + info.end_token_count,
                  token) != info.end_tokens + info.end_token_count;
    if ((ends && !options.ignoreEnd) || ids.size() == options.count)
      break;
    history.push_back(token);
    forward(&history.back(), 1, 0);
  }
  writeLogits(options.logits, all, info.vocab_size);
  return ids;
}

//===----------------------------------------------------------------------===//
// Talking
//===----------------------------------------------------------------------===//

llmrt_session *talking = nullptr;

/// Ctrl-C ends the answer, not the program.
void cancelAnswer(int) {
  if (talking)
    llmrt_session_cancel(talking);
}

/// A line that the user typed, or false at the end of input.
bool readLine(std::string &line) {
  if (!isatty(STDIN_FILENO))
    return static_cast<bool>(std::getline(std::cin, line));
  char *typed = readline("> ");
  if (!typed)
    return false;
  line = typed;
  if (!line.empty())
    add_history(typed);
  free(typed);
  return true;
}

struct Answer {
  std::string text;
};

int32_t printAndKeep(void *user, const llmrt_event *event) {
  static_cast<Answer *>(user)->text.append(event->text, event->text_bytes);
  return printText(nullptr, event);
}

void talk(llmrt_engine *engine, const llmrt_model *model,
          const Options &options) {
  bool chat = infoOf(model).has_chat_template;
  Session session = createSession(engine);
  if (isatty(STDIN_FILENO))
    fmt::print(stderr, "{}; Ctrl-C ends an answer, Ctrl-D the conversation.\n",
               chat ? "Chatting"
                    : "The model has no chat template: it continues your text");
  std::vector<std::pair<std::string, std::string>> turns; // role, content
  std::string line;
  while (readLine(line)) {
    if (line.empty())
      continue;
    Answer answer;
    llmrt_request_options request = requestOptions(options);
    request.callback = printAndKeep;
    request.user = &answer;
    talking = session.get();
    auto before = std::signal(SIGINT, cancelAnswer);
    llmrt_result result{};
    llmrt_status status;
    if (chat) {
      turns.push_back({"user", line});
      std::vector<llmrt_message> messages;
      for (auto &[role, content] : turns)
        messages.push_back({role.c_str(), content.c_str()});
      status = llmrt_session_chat(session.get(), messages.data(),
                                  messages.size(), &request, &result);
    } else {
      status = llmrt_session_generate(session.get(), line.c_str(), &request,
                                      &result);
    }
    std::signal(SIGINT, before);
    talking = nullptr;
    check(status);
    turns.push_back({"assistant", answer.text});
    fmt::print("\n");
    if (result.finish == LLMRT_FINISH_CONTEXT)
      throw Failure("the context is full; start again, or compile with a "
                    "larger --max-context");
  }
}

int run(const Options &options, bool hasPrompt) {
  Model model = openModel(options.model);
  llmrt_engine_options engineOptions{};
  engineOptions.threads = options.threads;
  engineOptions.sequences = 1;
  engineOptions.context = options.context;
  Engine engine = createEngine(model.get(), engineOptions);
  if (!hasPrompt) {
    talk(engine.get(), model.get(), options);
    return 0;
  }
  std::vector<int32_t> prompt = promptIds(model.get(), options);
  if (prompt.empty())
    throw Failure("the prompt has no tokens");
  if (options.logits.empty()) {
    std::vector<int32_t> ids = generate(engine.get(), options, prompt);
    if (options.ids)
      printIds(ids);
    else
      fmt::print("\n");
    return 0;
  }
  std::vector<int32_t> ids =
      generateWithLogits(engine.get(), model.get(), options, prompt);
  if (options.ids) {
    printIds(ids);
    return 0;
  }
  size_t bytes = 0;
  llmrt_detokenize(model.get(), ids.data(), ids.size(), nullptr, 0, &bytes);
  std::string text(bytes, '\0');
  check(llmrt_detokenize(model.get(), ids.data(), ids.size(), text.data(),
                         text.size(), &bytes));
  fmt::print("{}\n", text);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  CLI::App app("llm-run: ask a model that llm-compile made");
  app.add_option("model", options.model, "The compiled model (.so)")
      ->required();
  auto *prompt = app.add_option("prompt", options.prompt,
                                "Text to continue; without it, a conversation");
  auto *tokens = app.add_option("--tokens", options.tokens,
                                "The prompt as ids, separated by commas")
                     ->delimiter(',')
                     ->excludes(prompt);
  app.add_flag("--chat", options.chat,
               "Put the prompt through the model's chat template");
  app.add_option("-n", options.count, "Tokens to generate at most")
      ->default_val(256)
      ->check(CLI::Range(1u, 1u << 24));
  app.add_flag("--ignore-eos", options.ignoreEnd,
               "Go on after a token that ends an answer");
  app.add_option("--temperature", options.sampling.temperature,
                 "0: the likeliest token (default)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--top-k", options.sampling.top_k, "0: all");
  app.add_option("--top-p", options.sampling.top_p, "0: all")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--min-p", options.sampling.min_p)
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--repetition-penalty", options.sampling.repetition_penalty,
                 "0: none")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seed", options.sampling.seed);
  app.add_option("--threads", options.threads, "0: one for each physical core");
  app.add_option("--context", options.context,
                 "Tokens the conversation may hold (default: the model's)");
  app.add_flag("--ids", options.ids,
               "Print the generated ids only, on one line");
  app.add_option("--logits", options.logits,
                 "Write the logits of every position, as tensor \"logits\" of "
                 "a safetensors file");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options, prompt->count() || tokens->count());
  } catch (const std::exception &failure) {
    fmt::print(stderr, "llm-run: {}\n", failure.what());
    return 1;
  }
}
