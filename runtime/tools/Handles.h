//===- Handles.h - The C API's handles, freed in time ----------*- C++ -*-===//
//
// What the tools share: owners of models and engines, and failures as one
// sentence on stderr.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_HANDLES_H
#define LLMRT_TOOLS_HANDLES_H

#include "llmrt.h"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace llmrt::tools {

/// A call of the API failed; what() is its sentence.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void check(llmrt_status status) {
  if (status != LLMRT_OK)
    throw Failure(llmrt_last_error());
}

using Model = std::unique_ptr<llmrt_model, decltype(&llmrt_close)>;
using Engine = std::unique_ptr<llmrt_engine, decltype(&llmrt_engine_destroy)>;
using Session =
    std::unique_ptr<llmrt_session, decltype(&llmrt_session_destroy)>;

inline Model openModel(const std::string &path) {
  llmrt_model *model = nullptr;
  check(llmrt_open(path.c_str(), nullptr, &model));
  return Model(model, llmrt_close);
}

inline Engine createEngine(llmrt_model *model,
                           const llmrt_engine_options &options) {
  llmrt_engine *engine = nullptr;
  check(llmrt_engine_create(model, &options, &engine));
  return Engine(engine, llmrt_engine_destroy);
}

inline Session createSession(llmrt_engine *engine) {
  llmrt_session *session = nullptr;
  check(llmrt_session_create(engine, &session));
  return Session(session, llmrt_session_destroy);
}

inline llmrt_model_info infoOf(const llmrt_model *model) {
  llmrt_model_info info;
  llmrt_model_get_info(model, &info);
  return info;
}

/// The ids of a text.
inline std::vector<int32_t> tokenize(const llmrt_model *model,
                                     const std::string &text, uint32_t flags) {
  size_t count = 0;
  llmrt_status status = llmrt_tokenize(model, text.data(), text.size(), flags,
                                       nullptr, 0, &count);
  if (status != LLMRT_BUFFER_TOO_SMALL)
    check(status);
  std::vector<int32_t> ids(count);
  check(llmrt_tokenize(model, text.data(), text.size(), flags, ids.data(),
                       ids.size(), &count));
  return ids;
}

/// One question, as the model's chat template puts it.
inline std::string renderQuestion(const llmrt_model *model,
                                  const std::string &question) {
  llmrt_message message{"user", question.c_str()};
  size_t bytes = 0;
  llmrt_status status =
      llmrt_render_chat(model, &message, 1, 1, nullptr, 0, &bytes);
  if (status != LLMRT_BUFFER_TOO_SMALL)
    check(status);
  std::string text(bytes, '\0');
  check(llmrt_render_chat(model, &message, 1, 1, text.data(), text.size(),
                          &bytes));
  return text;
}

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_HANDLES_H
