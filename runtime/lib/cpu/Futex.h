//===- Futex.h - Sleep until a word changes ---------------------*- C++ -*-===//

#ifndef LLMRT_LIB_CPU_FUTEX_H
#define LLMRT_LIB_CPU_FUTEX_H

#include <climits>
#include <cstdint>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace llmrt {

/// Sleeps while *word == seen; may return early.
inline void futexWait(uint32_t *word, uint32_t seen) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
}

/// Wakes every thread that sleeps on the word.
inline void futexWakeAll(uint32_t *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

} // namespace llmrt

#endif // LLMRT_LIB_CPU_FUTEX_H
