//===- Request.h - A prompt being answered ----------------------*- C++ -*-===//

#ifndef LLMRT_LIB_REQUEST_H
#define LLMRT_LIB_REQUEST_H

#include "runtime/lib/Status.h"
#include "runtime/lib/TextStream.h"

#include <atomic>
#include <memory>
#include <vector>

namespace llmrt {

struct Request {
  llmrt_request id = 0;
  std::vector<int32_t> prompt;
  llmrt_sampling sampling = {};
  uint32_t maxTokens = 0; ///< 0: no bound
  std::vector<int32_t> endTokens;
  std::unique_ptr<TextStream> text; ///< null: events carry none
  llmrt_sequence sequence = 0;      ///< of the caller; 0: one of its own
  llmrt_callback callback = nullptr;
  void *user = nullptr;

  /// Set from any thread, read when the next step starts.
  std::atomic<bool> cancelled{false};

  // While it runs, by the thread inside of step():
  bool running = false;
  uint32_t slot = 0;
  uint32_t evaluated = 0; ///< tokens of the prompt that the sequence holds
  uint32_t generated = 0;
  int32_t next = -1; ///< the token chosen last, not yet in the sequence

  /// Why it ended; LLMRT_RUNNING: it has not.
  llmrt_finish finish = LLMRT_RUNNING;
  llmrt_status status = LLMRT_OK;

  void end(llmrt_finish why, llmrt_status failure = LLMRT_OK) {
    finish = why;
    status = failure;
  }

  /// Takes the next token of the answer and finds out whether it is the last:
  /// because of what it is, of the text it ends, or as there is room for no
  /// other.
  void take(int32_t token, bool sequenceIsFull);

  /// Lets go of text held back, for an end without a token.
  void closeText();

  /// Tells the callback of a token, or, with -1, of the end alone.
  void deliver(int32_t token);
};

} // namespace llmrt

#endif // LLMRT_LIB_REQUEST_H
