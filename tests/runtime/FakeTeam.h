//===- FakeTeam.h - How the toys' threads meet and are named ----*- C++ -*-===//
//
// What generated code has of its own in every object: the barrier and the gate
// of TeamSync's protocol, and a descriptor that bears the object's name. The
// build names objects by FAKE_NAME.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_RUNTIME_FAKETEAM_H
#define LLM_TESTS_RUNTIME_FAKETEAM_H

#include "runtime/lib/ObjectFormat.h"

namespace llmrt::fake {

inline void meetTeam(const StepContext &context) {
  TeamSync &sync = *context.sync;
  uint32_t seen = __atomic_load_n(&sync.generation, __ATOMIC_RELAXED);
  if (__atomic_add_fetch(&sync.arrived, 1, __ATOMIC_ACQ_REL) ==
      context.threads) {
    __atomic_store_n(&sync.arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&sync.nextTile, 0, __ATOMIC_RELAXED);
    __atomic_fetch_add(&sync.generation, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&sync.sleepers, __ATOMIC_SEQ_CST) != 0)
      context.host->wake(context.host->self, &sync.generation);
    return;
  }
  for (uint32_t spin = 0; spin < context.spinLimit; ++spin) {
    if (__atomic_load_n(&sync.generation, __ATOMIC_ACQUIRE) != seen)
      return;
    __builtin_ia32_pause();
  }
  while (__atomic_load_n(&sync.generation, __ATOMIC_ACQUIRE) == seen)
    context.host->park(context.host->self, &sync.generation, seen);
}

/// Runs `kernel` on this thread, 0, and on those that join it.
template <typename Kernel>
void openGate(const StepContext &context, Kernel kernel) {
  TeamSync &sync = *context.sync;
  __atomic_store_n(&sync.nextTile, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&sync.arrived, 0, __ATOMIC_RELEASE);
  __atomic_fetch_add(&sync.generation, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&sync.sleepers, __ATOMIC_SEQ_CST) != 0)
    context.host->wake(context.host->self, &sync.generation);
  kernel();
  uint32_t inside =
      __atomic_or_fetch(&sync.arrived, kGateClosed, __ATOMIC_ACQ_REL);
  for (uint32_t spin = 0; inside != kGateClosed; ++spin) {
    if (spin < context.spinLimit)
      __builtin_ia32_pause();
    else
      context.host->park(context.host->self, &sync.arrived, inside);
    inside = __atomic_load_n(&sync.arrived, __ATOMIC_ACQUIRE);
  }
}

} // namespace llmrt::fake

#define FAKE_PASTE(a, b) a##b
#define FAKE_SYMBOL_OF(name) FAKE_PASTE(llmrt_model_, name)
#define FAKE_TEXT(name) #name
#define FAKE_TEXT_OF(name) FAKE_TEXT(name)

/// The object's one symbol.
#define FAKE_SYMBOL FAKE_SYMBOL_OF(FAKE_NAME)

/// The fields that every descriptor begins with.
#define FAKE_IDENTITY                                                          \
  llmrt::kObjectMagic, llmrt::kObjectVersion, sizeof(llmrt::ObjectDescriptor), \
      &FAKE_SYMBOL, FAKE_TEXT_OF(FAKE_NAME)

#ifdef FAKE_NAME
extern "C" __attribute__((visibility("default")))
const llmrt::ObjectDescriptor FAKE_SYMBOL;
#endif

#endif // LLM_TESTS_RUNTIME_FAKETEAM_H
