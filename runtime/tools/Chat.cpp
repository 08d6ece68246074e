//===- Chat.cpp - A conversation at the terminal --------------------------===//

#include "runtime/tools/Chat.h"

#include "runtime/tools/Handles.h"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

#include <editline/readline.h>
#include <unistd.h>

using namespace llmrt::tools;

/// Set by Ctrl-C while an answer is under way.
static volatile sig_atomic_t interrupted;

/// Reads a line without its end; false at the end of the input.
static bool readLine(std::string &line) {
  if (!isatty(STDIN_FILENO))
    return bool(std::getline(std::cin, line));
  char *edited = readline("> ");
  if (!edited)
    return false;
  line = edited;
  if (!line.empty())
    add_history(edited);
  free(edited);
  return true;
}

/// Prints an answer as it comes and keeps it.
static int32_t hear(void *answer, const llmrt_event *event) {
  std::string_view text(event->text, event->text_bytes);
  static_cast<std::string *>(answer)->append(text);
  fwrite(text.data(), 1, text.size(), stdout);
  fflush(stdout);
  return interrupted;
}

void llmrt::tools::chatAtTerminal(llmrt_model *model, llmrt_engine *engine,
                                  const std::string &system,
                                  const llmrt_request_options &given) {
  llmrt_session *created = nullptr;
  orExit(llmrt_session_create(engine, &created));
  SessionPointer session(created);
  bool hasTemplate = infoOf(model).has_chat_template;
  if (isatty(STDIN_FILENO))
    fmt::print(stderr, "{} Ctrl-C ends an answer, Ctrl-D the conversation.\n",
               hasTemplate ? "Say something."
                           : "The model has no chat template: it goes on from "
                             "your text.");

  std::string answer, line;
  llmrt_request_options options = given;
  options.callback = hear;
  options.user = &answer;
  std::deque<std::string> texts; // messages point into it
  std::vector<llmrt_message> messages;
  auto say = [&](const char *role, const std::string &text) {
    texts.push_back(text);
    messages.push_back({role, texts.back().c_str()});
  };
  if (!system.empty())
    say("system", system);

  // Only an answer is interrupted; at the prompt Ctrl-C ends the program.
  struct sigaction onInterrupt = {}, before;
  onInterrupt.sa_handler = [](int) { interrupted = 1; };
  while (readLine(line)) {
    if (line.empty())
      continue;
    answer.clear();
    interrupted = 0;
    sigaction(SIGINT, &onInterrupt, &before);
    llmrt_result result;
    llmrt_status status;
    if (hasTemplate) {
      say("user", line);
      status = llmrt_session_chat(session.get(), messages.data(),
                                  messages.size(), &options, &result);
      say("assistant", answer);
    } else {
      status = llmrt_session_generate(session.get(), line.c_str(), &options,
                                      &result);
    }
    sigaction(SIGINT, &before, nullptr);
    fmt::print("\n");
    if (status == LLMRT_CONTEXT_FULL) {
      fmt::print(stderr, "The conversation fills the context; a new one "
                         "starts.\n");
      messages.resize(system.empty() ? 0 : 1);
      orExit(llmrt_session_reset(session.get()));
    } else {
      orExit(status);
    }
  }
}
