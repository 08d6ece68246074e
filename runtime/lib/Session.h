//===- Session.h - One conversation in text ---------------------*- C++ -*-===//
//
// A session keeps a sequence of its engine. A conversation that is given whole
// again, one message longer, is compared with what the sequence holds, and only
// what differs is evaluated.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_SESSION_H
#define LLMRT_LIB_SESSION_H

#include "runtime/lib/Engine.h"

#include <atomic>
#include <string_view>
#include <vector>

namespace llmrt {

class Session {
public:
  static Status create(std::shared_ptr<Engine> engine,
                       std::unique_ptr<Session> &session);
  ~Session();

  /// As the functions of the C API of these names.
  Status generate(std::string_view text, const llmrt_request_options &options,
                  llmrt_result &result);
  Status chat(const llmrt_message *messages, size_t count,
              const llmrt_request_options &options, llmrt_result &result);
  void cancel();
  Status reset();

private:
  struct Answer;

  explicit Session(std::shared_ptr<Engine> engine)
      : engine(std::move(engine)) {}
  uint32_t reusablePrefix(const std::vector<int32_t> &ids) const;
  Status answer(const int32_t *prompt, size_t count,
                const llmrt_request_options &options, llmrt_result &result);
  static int32_t hear(void *answer, const llmrt_event *event);

  std::shared_ptr<Engine> engine;
  uint32_t slot = 0; ///< of the session's sequence
  /// The token chosen last, which the sequence does not hold yet; -1: none.
  int32_t pending = -1;
  std::atomic<llmrt_request> underWay{0};
};

} // namespace llmrt

#endif // LLMRT_LIB_SESSION_H
