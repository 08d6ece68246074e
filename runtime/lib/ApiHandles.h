//===- ApiHandles.h - What the handles of the C API hold --------*- C++ -*-===//
//
// A handle is one reference. An engine refers to its model and a session to its
// engine, so callers may give handles back in any order.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_APIHANDLES_H
#define LLMRT_LIB_APIHANDLES_H

#include "runtime/lib/Engine.h"
#include "runtime/lib/Session.h"

#include <memory>

struct llmrt_model {
  std::shared_ptr<const llmrt::Model> shared;
};

struct llmrt_engine {
  std::shared_ptr<llmrt::Engine> shared;
};

struct llmrt_session {
  std::unique_ptr<llmrt::Session> session;
};

namespace llmrt {

/// Fails with INVALID_ARGUMENT if a pointer that must not be null is.
template <typename... Pointers>
Status checkPresent(const char *function, const Pointers *...pointers) {
  if ((pointers && ...))
    return LLMRT_OK;
  return fail(LLMRT_INVALID_ARGUMENT,
              "%s was given a null pointer where none is accepted", function);
}

} // namespace llmrt

#endif // LLMRT_LIB_APIHANDLES_H
