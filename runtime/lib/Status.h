//===- Status.h - Failures as a code and a sentence -------------*- C++ -*-===//
//
// Every function of the runtime that can fail returns a Status and has put the
// sentence for the user where llmrt_last_error() finds it: a buffer of the
// calling thread, so that reporting needs no memory and no lock.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_STATUS_H
#define LLMRT_LIB_STATUS_H

#include "runtime/include/llmrt.h"

namespace llmrt {

using Status = llmrt_status;

/// Records the sentence of a failure for this thread and returns `status`. A
/// sentence that does not fit is cut.
[[gnu::format(printf, 2, 3)]] Status fail(Status status, const char *format,
                                          ...);

/// The sentence recorded last on this thread.
const char *lastError();

} // namespace llmrt

#endif // LLMRT_LIB_STATUS_H
