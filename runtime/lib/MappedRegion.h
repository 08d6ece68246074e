//===- MappedRegion.h - Memory from mmap, owned -----------------*- C++ -*-===//

#ifndef LLMRT_LIB_MAPPEDREGION_H
#define LLMRT_LIB_MAPPEDREGION_H

#include "runtime/lib/Status.h"

#include <cstdint>
#include <utility>

namespace llmrt {

class MappedRegion {
public:
  MappedRegion() = default;
  MappedRegion(MappedRegion &&other) noexcept { swap(other); }
  MappedRegion &operator=(MappedRegion &&other) noexcept {
    swap(other);
    return *this;
  }
  ~MappedRegion();

  /// Maps a regular file read-only; not empty. Fails with NOT_FOUND, BAD_FILE
  /// or SYSTEM.
  static Status openFile(const char *path, MappedRegion &region);

  /// Private zeroed memory, given by the system page by page when it is first
  /// touched. With `huge`, in huge pages if the system has them: worth it where
  /// all of it will be touched. Fails with OUT_OF_MEMORY.
  static Status allocate(uint64_t size, bool huge, MappedRegion &region);

  uint8_t *data() const { return bytes; }
  uint64_t size() const { return length; }

private:
  void swap(MappedRegion &other) {
    std::swap(mapping, other.mapping);
    std::swap(mappingBytes, other.mappingBytes);
    std::swap(bytes, other.bytes);
    std::swap(length, other.length);
  }

  void *mapping = nullptr;
  uint64_t mappingBytes = 0;
  uint8_t *bytes = nullptr;
  uint64_t length = 0;
};

} // namespace llmrt

#endif // LLMRT_LIB_MAPPEDREGION_H
