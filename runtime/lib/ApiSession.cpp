//===- ApiSession.cpp - The C API: sessions -------------------------------===//

#include "runtime/lib/ApiHandles.h"
#include "runtime/lib/Guard.h"

using namespace llmrt;

llmrt_status llmrt_session_create(llmrt_engine *engine,
                                  llmrt_session **session) {
  if (Status status = checkPresent("llmrt_session_create", engine, session))
    return status;
  return guarded([&] {
    auto handle = std::make_unique<llmrt_session>();
    if (Status status = Session::create(engine->shared, handle->session))
      return status;
    *session = handle.release();
    return LLMRT_OK;
  });
}

void llmrt_session_destroy(llmrt_session *session) { delete session; }

/// Runs `body(options, result)` with what the caller left out filled in.
template <typename Body>
static Status answer(const llmrt_request_options *options, llmrt_result *result,
                     Body &&body) {
  return guarded([&] {
    llmrt_request_options defaults = {};
    llmrt_result ignored = {}, &out = result ? *result : ignored;
    return body(options ? *options : defaults, out);
  });
}

llmrt_status llmrt_session_generate(llmrt_session *session, const char *text,
                                    const llmrt_request_options *options,
                                    llmrt_result *result) {
  if (Status status = checkPresent("llmrt_session_generate", session, text))
    return status;
  return answer(options, result,
                [&](const llmrt_request_options &given, llmrt_result &out) {
                  return session->session->generate(text, given, out);
                });
}

llmrt_status llmrt_session_chat(llmrt_session *session,
                                const llmrt_message *messages, size_t count,
                                const llmrt_request_options *options,
                                llmrt_result *result) {
  if (Status status = checkPresent("llmrt_session_chat", session, messages))
    return status;
  return answer(options, result,
                [&](const llmrt_request_options &given, llmrt_result &out) {
                  return session->session->chat(messages, count, given, out);
                });
}

void llmrt_session_cancel(llmrt_session *session) {
  if (session)
    session->session->cancel();
}

llmrt_status llmrt_session_reset(llmrt_session *session) {
  if (Status status = checkPresent("llmrt_session_reset", session))
    return status;
  return guarded([&] { return session->session->reset(); });
}
