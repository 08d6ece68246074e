//===- Scheduler.h - Many answers in one step -------------------*- C++ -*-===//
//
// Continuous batching: each step takes one token of every answer under way and
// fills the rest of its rows with chunks of prompts, first come first served.
// A request starts only when all pages that its answer may need are promised to
// it, so none has to be put back halfway.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_SCHEDULER_H
#define LLMRT_LIB_SCHEDULER_H

#include "runtime/lib/Executor.h"
#include "runtime/lib/Request.h"

#include <memory>
#include <mutex>
#include <vector>

namespace llmrt {

class Scheduler {
public:
  explicit Scheduler(Executor &executor);

  /// As the functions of the C API of these names.
  Status submit(const int32_t *prompt, size_t count,
                const llmrt_request_options &options, llmrt_request &id);
  void cancel(llmrt_request id);
  /// Returns how many requests are left.
  uint32_t step();

private:
  Status copyOptions(const llmrt_request_options &options, Request &request);
  Status admit(Request &request);
  void admitWaiting();
  void concludeEnded();
  void conclude(Request &request, int32_t token);
  void fillBatch();
  void addRows(Request &request, const int32_t *tokens, uint32_t count);
  void runBatch();

  Executor &executor;
  std::mutex mutex; ///< of `requests` and `lastId`
  /// All that are not finished, in order of arrival.
  std::vector<std::unique_ptr<Request>> requests;
  llmrt_request lastId = 0;

  // Of the thread inside of step(), sized once:
  std::vector<Request *> running; ///< in order of arrival
  std::vector<Request *> inBatch;
  std::vector<Request *> withLogits; ///< in the order of the rows of logits
};

} // namespace llmrt

#endif // LLMRT_LIB_SCHEDULER_H
