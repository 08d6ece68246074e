//===- Guard.h - Nothing is thrown across the C face ------------*- C++ -*-===//
//
// The runtime throws nothing itself, but the standard containers say "out of
// memory" by an exception. Each function of the C API that may allocate runs
// its body in guarded(), where that becomes a status like any other, with every
// object on the way destroyed.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_GUARD_H
#define LLMRT_LIB_GUARD_H

#include "runtime/lib/Status.h"

#include <new>

namespace llmrt {

template <typename Body> Status guarded(Body &&body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return fail(LLMRT_OUT_OF_MEMORY, "the system has no memory left");
  } catch (...) {
    return fail(LLMRT_INTERNAL, "an exception reached the C API; exceptions "
                                "of a callback must not leave it");
  }
}

} // namespace llmrt

#endif // LLMRT_LIB_GUARD_H
