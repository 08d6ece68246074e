//===- MappedRegion.cpp - Memory from mmap, owned -------------------------===//

#include "runtime/lib/MappedRegion.h"

#include <cerrno>
#include <cinttypes>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llmrt;

static constexpr uint64_t kHugePage = 2 << 20;

MappedRegion::~MappedRegion() {
  if (mapping)
    munmap(mapping, mappingBytes);
}

Status MappedRegion::openFile(const char *path, MappedRegion &region) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return fail(errno == ENOENT || errno == ENOTDIR ? LLMRT_NOT_FOUND
                                                    : LLMRT_SYSTEM,
                "%s: %s", path, strerror(errno));
  struct stat facts;
  Status status = LLMRT_OK;
  if (fstat(descriptor, &facts) != 0)
    status = fail(LLMRT_SYSTEM, "%s: %s", path, strerror(errno));
  else if (!S_ISREG(facts.st_mode) || facts.st_size == 0)
    status = fail(LLMRT_BAD_FILE, "%s: not a regular file, or empty", path);
  else {
    MappedRegion opened;
    opened.length = opened.mappingBytes = uint64_t(facts.st_size);
    void *mapped =
        mmap(nullptr, opened.length, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapped == MAP_FAILED) {
      status = fail(LLMRT_SYSTEM, "%s: cannot map %" PRIu64 " bytes: %s", path,
                    opened.length, strerror(errno));
    } else {
      opened.mapping = mapped;
      opened.bytes = static_cast<uint8_t *>(mapped);
      region = std::move(opened);
    }
  }
  close(descriptor);
  return status;
}

Status MappedRegion::allocate(uint64_t size, bool huge, MappedRegion &region) {
  // A huge page starts at a multiple of its size, which mmap may not choose.
  uint64_t slack = huge ? kHugePage : 0;
  MappedRegion allocated;
  allocated.length = size;
  allocated.mappingBytes = size + slack;
  void *mapped =
      allocated.mappingBytes < size
          ? MAP_FAILED
          : mmap(nullptr, allocated.mappingBytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED)
    return fail(LLMRT_OUT_OF_MEMORY,
                "the system does not give %" PRIu64 " bytes of memory", size);
  allocated.mapping = mapped;
  allocated.bytes = static_cast<uint8_t *>(mapped);
  if (huge) {
    uint64_t past = reinterpret_cast<uintptr_t>(mapped) % kHugePage;
    allocated.bytes += past ? kHugePage - past : 0;
    madvise(allocated.bytes, size, MADV_HUGEPAGE); // as good as it gets
  }
  region = std::move(allocated);
  return LLMRT_OK;
}
