//===- BlockCarver.h - Parts of one block of memory -------------*- C++ -*-===//
//
// An engine's memory is one mapping whose parts are carved out in a fixed
// order. The same carving without a block measures it: the memory contract is
// the code that lays the memory out, so the two cannot differ.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_BLOCKCARVER_H
#define LLMRT_LIB_BLOCKCARVER_H

#include <cstdint>

namespace llmrt {

class BlockCarver {
public:
  static constexpr uint64_t kCacheLine = 64;
  static constexpr uint64_t kPage = 4096;

  /// Carves from `block`, which starts on a page; null only measures.
  explicit BlockCarver(uint8_t *block) : block(block) {}

  /// The next `count` objects, zeroed as the block is. Null when measuring.
  template <typename T>
  T *take(uint64_t count, uint64_t alignment = kCacheLine) {
    uint64_t bytes, begin, end;
    if (__builtin_mul_overflow(count, sizeof(T), &bytes) ||
        __builtin_add_overflow(used, alignment - 1, &begin) ||
        __builtin_add_overflow(begin & -alignment, bytes, &end)) {
      overflowed = true;
      return nullptr;
    }
    used = end;
    return block ? reinterpret_cast<T *>(block + (begin & -alignment))
                 : nullptr;
  }

  /// Bytes carved so far, in whole pages; what was carved after a look at
  /// size() starts on a page of its own.
  uint64_t size() {
    take<uint8_t>(0, kPage);
    return used;
  }
  /// Some part was too large for 64 bits; the size means nothing.
  bool hasOverflowed() const { return overflowed; }

private:
  uint8_t *block;
  uint64_t used = 0;
  bool overflowed = false;
};

} // namespace llmrt

#endif // LLMRT_LIB_BLOCKCARVER_H
