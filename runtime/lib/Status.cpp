//===- Status.cpp - Failures as a code and a sentence ---------------------===//
//
// The thread's sentence lives in thread-local storage of fixed size, so that a
// failure can be told even when memory has run out.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/Status.h"

#include "runtime/lib/ObjectFormat.h"

#include <cstdarg>
#include <cstdio>

using namespace llmrt;

static thread_local char sentence[512];

Status llmrt::fail(Status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof(sentence), format, arguments);
  va_end(arguments);
  return status;
}

const char *llmrt::lastError() { return sentence; }

const char *llmrt_last_error(void) { return lastError(); }

uint32_t llmrt_object_version(void) { return kObjectVersion; }

const char *llmrt_status_message(llmrt_status status) {
  switch (status) {
  case LLMRT_OK:
    return "The call succeeded.";
  case LLMRT_INVALID_ARGUMENT:
    return "An argument is outside of what the function accepts.";
  case LLMRT_NOT_FOUND:
    return "There is no such file, sequence or request.";
  case LLMRT_BAD_FILE:
    return "The file is not a compiled model, or it is damaged.";
  case LLMRT_WRONG_VERSION:
    return "The model was compiled for another version of the runtime.";
  case LLMRT_WRONG_CPU:
    return "The model was compiled for instructions that this CPU lacks.";
  case LLMRT_UNSUPPORTED:
    return "The model lacks what was asked for, or asks for what the runtime "
           "lacks.";
  case LLMRT_OUT_OF_MEMORY:
    return "The system has no memory left for this.";
  case LLMRT_OUT_OF_PAGES:
    return "All KV pages or sequences of the engine are in use.";
  case LLMRT_CONTEXT_FULL:
    return "The tokens do not fit into the context of the sequence.";
  case LLMRT_BUFFER_TOO_SMALL:
    return "The buffer is too small; the size needed has been stored.";
  case LLMRT_BUSY:
    return "Another call or request is using it.";
  case LLMRT_CANCELLED:
    return "The request was cancelled.";
  case LLMRT_SYSTEM:
    return "The operating system refused a request.";
  case LLMRT_MODEL_FAILED:
    return "The model's code reported a failure.";
  case LLMRT_INTERNAL:
    return "The runtime has a defect.";
  }
  return "This is not a status of the runtime.";
}
