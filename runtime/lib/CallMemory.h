//===- CallMemory.h - The memory that calls of a graph use ------*- C++ -*-===//
//
// What generated code allocates belongs to its call. Blocks that are given
// back, or are left when the call ends however it ends, are kept for the next
// call: a loop of calls with equal shapes asks the system for nothing. Blocks
// that results point into go with the results and come back when those are
// released, by any thread.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CALLMEMORY_H
#define LLMRT_LIB_CALLMEMORY_H

#include "runtime/lib/Status.h"

#include <cstdint>
#include <mutex>
#include <vector>

namespace llmrt {

class CallMemory {
public:
  /// The bytes of a block lie behind it.
  struct alignas(64) Block {
    Block *next, *previous; ///< in the list that it is on
    uint32_t bin;           ///< says its size
    bool live;              ///< not given back
    bool kept;              ///< by results
    uint64_t lastCall;      ///< that used it

    uint8_t *data() { return reinterpret_cast<uint8_t *>(this + 1); }
  };
  static_assert(sizeof(Block) == 64, "data is aligned as blocks are");

  /// Bytes that can be read behind each piece of memory.
  static constexpr uint64_t kTail = 64;

  /// A list of blocks that somebody owns.
  using Blocks = Block *;

  /// Calls may hold `limit` bytes at a time.
  explicit CallMemory(uint64_t limit) : limit(limit) {}
  ~CallMemory();
  CallMemory(const CallMemory &) = delete;

  /// Memory of the call under way, aligned to 64 bytes. Null if that would
  /// exceed the limit, or the system has none: fail(OUT_OF_MEMORY) has said so.
  void *allocate(uint64_t bytes);
  void release(void *memory);

  /// Between allocations: lets find() know the blocks of the call.
  void index();
  /// The block of the call that has all these bytes, or null.
  Block *find(const void *data, uint64_t bytes) const;

  /// Ends the call: hands out the blocks that are marked as kept and takes all
  /// others back.
  Blocks endCall();
  /// Takes blocks of results back. By any thread.
  void recycle(Blocks blocks);

  uint64_t callBytes() const { return liveBytes; }
  /// Of the blocks kept for the next allocation.
  uint64_t cachedBytes();

private:
  static constexpr uint32_t kBins = 320;

  Block *takeCached(uint32_t bin);
  Block *takeNew(uint32_t bin);
  void cache(Block *block);
  void shrinkCache(uint64_t bytes);
  void dropIdle();

  const uint64_t limit;
  uint64_t call = 0;
  uint64_t liveBytes = 0;
  Blocks live = nullptr;
  std::vector<Block *> sorted; ///< the live blocks, by address
  std::mutex mutex;            ///< of what follows
  uint64_t cached = 0;
  Blocks bins[kBins] = {};
};

} // namespace llmrt

#endif // LLMRT_LIB_CALLMEMORY_H
