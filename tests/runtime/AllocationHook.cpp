//===- AllocationHook.cpp - See and fail what malloc is asked -------------===//

#include "tests/runtime/AllocationHook.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

static std::atomic<uint64_t> count;
static std::atomic<int64_t> live;
static thread_local uint64_t allowed = UINT64_MAX;

uint64_t llmrt::allocationCount() { return count; }
int64_t llmrt::liveAllocations() { return live; }
void llmrt::failAllocationsFrom(uint64_t n) { allowed = n; }

#ifdef SANITIZED

bool llmrt::canSeeAllocations() { return false; }

#else

bool llmrt::canSeeAllocations() { return true; }

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static bool refused() {
  if (allowed == UINT64_MAX)
    return false;
  if (allowed != 0) {
    --allowed;
    return false;
  }
  errno = ENOMEM;
  return true;
}

static void *counted(void *block) {
  ++count;
  live += block != nullptr;
  return block;
}

void *malloc(size_t size) {
  return refused() ? nullptr : counted(__libc_malloc(size));
}

void *calloc(size_t objects, size_t size) {
  return refused() ? nullptr : counted(__libc_calloc(objects, size));
}

void *realloc(void *block, size_t size) {
  if (refused())
    return nullptr;
  live -= block != nullptr;
  return counted(__libc_realloc(block, size));
}

void *memalign(size_t alignment, size_t size) {
  return refused() ? nullptr : counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  void *allocated = memalign(alignment, size);
  if (!allocated)
    return ENOMEM;
  *block = allocated;
  return 0;
}

void free(void *block) {
  live -= block != nullptr;
  __libc_free(block);
}
}

#endif
