//===- Chat.h - A conversation at the terminal ------------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_CHAT_H
#define LLMRT_TOOLS_CHAT_H

#include "runtime/include/llmrt.h"

#include <string>

namespace llmrt::tools {

/// Reads lines, with editing and a history on a terminal, and prints the
/// answers until the input ends. Ctrl-C ends an answer, Ctrl-D the
/// conversation. With the model's chat template the conversation is given whole
/// each time, `system` first if it is not empty; without one, lines are
/// appended to the text as they are.
void chatAtTerminal(llmrt_model *model, llmrt_engine *engine,
                    const std::string &system,
                    const llmrt_request_options &options);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_CHAT_H
