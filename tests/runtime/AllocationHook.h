//===- AllocationHook.h - See and fail what malloc is asked -----*- C++ -*-===//
//
// The test program defines malloc and its kin, so every allocation of the
// runtime, of its libstdc++ and of libc passes here. Not under sanitizers,
// which have their own.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_RUNTIME_ALLOCATIONHOOK_H
#define LLM_TESTS_RUNTIME_ALLOCATIONHOOK_H

#include <cstdint>

namespace llmrt {

/// False under sanitizers.
bool canSeeAllocations();

/// Allocations of all threads so far.
uint64_t allocationCount();

/// Blocks that are allocated now.
int64_t liveAllocations();

/// From now on the n-th allocation of this thread and all after it fail;
/// UINT64_MAX: none does.
void failAllocationsFrom(uint64_t n);

} // namespace llmrt

#endif // LLM_TESTS_RUNTIME_ALLOCATIONHOOK_H
