//===- CallMemory.cpp - The memory that calls of a graph use --------------===//
//
// Sizes are rounded up to a multiple of 64 below 512 bytes, and to an eighth of
// the power of two below them from there on, so at most an eighth is wasted and
// blocks of nearly equal sizes serve each other. A free block of up to twice
// the size wanted is taken before the system is asked. All blocks count with
// their whole size.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/CallMemory.h"

#include <algorithm>
#include <cinttypes>
#include <cstdlib>

#include <sys/mman.h>

using namespace llmrt;

static constexpr uint64_t kHugePage = 2 << 20;
/// Calls after which an unused block goes back to the system.
static constexpr uint64_t kPatience = 64;
/// No machine has more, and sums of sizes up to it do not overflow.
static constexpr uint64_t kMaxBlock = uint64_t(1) << 46;

static uint32_t binOf(uint64_t size) {
  if (size <= 512)
    return uint32_t((size + 63) / 64);
  uint32_t exponent = 63 - uint32_t(__builtin_clzll(size));
  uint32_t shift = exponent - 3;
  uint64_t eighths = (size + (uint64_t(1) << shift) - 1) >> shift; // 8 to 16
  return (exponent - 9) * 8 + uint32_t(eighths);
}

static uint64_t sizeOf(uint32_t bin) {
  if (bin <= 8)
    return uint64_t(bin) * 64;
  return uint64_t(8 + bin % 8) << (6 + (bin - 8) / 8);
}

/// Moves the block between lists, or onto its first.
static void unlink(CallMemory::Block *block, CallMemory::Blocks &list) {
  (block->previous ? block->previous->next : list) = block->next;
  if (block->next)
    block->next->previous = block->previous;
}

static void link(CallMemory::Block *block, CallMemory::Blocks &list) {
  block->previous = nullptr;
  block->next = list;
  if (list)
    list->previous = block;
  list = block;
}

CallMemory::~CallMemory() {
  recycle(endCall());
  shrinkCache(0);
}

//===----------------------------------------------------------------------===//
// During a call
//===----------------------------------------------------------------------===//

void *CallMemory::allocate(uint64_t bytes) {
  uint64_t size = bytes + sizeof(Block) + kTail;
  uint32_t bin = bytes < kMaxBlock ? binOf(size) : 0;
  if (bin == 0 || sizeOf(bin) > limit - std::min(limit, liveBytes)) {
    fail(LLMRT_OUT_OF_MEMORY,
         "the graph asks for %" PRIu64 " bytes beside the %" PRIu64
         " that the call holds; the memory limit is %" PRIu64,
         bytes, liveBytes, limit);
    return nullptr;
  }
  Block *block = takeCached(bin);
  if (!block)
    block = takeNew(bin);
  if (!block) {
    fail(LLMRT_OUT_OF_MEMORY,
         "the system does not give %" PRIu64
         " bytes of memory beside the %" PRIu64 " that the call holds",
         bytes, liveBytes);
    return nullptr;
  }
  block->live = true;
  block->kept = false;
  block->lastCall = call;
  liveBytes += sizeOf(block->bin);
  link(block, live);
  return block->data();
}

/// The smallest free block up to twice the size that the limit allows.
CallMemory::Block *CallMemory::takeCached(uint32_t bin) {
  std::lock_guard<std::mutex> lock(mutex);
  for (uint32_t larger = bin; larger <= bin + 8 && larger < kBins; ++larger) {
    Block *block = bins[larger];
    if (!block)
      continue;
    if (sizeOf(larger) > limit - liveBytes)
      break;
    unlink(block, bins[larger]);
    cached -= sizeOf(larger);
    return block;
  }
  return nullptr;
}

CallMemory::Block *CallMemory::takeNew(uint32_t bin) {
  uint64_t size = sizeOf(bin);
  shrinkCache(limit - liveBytes - size);
  bool huge = size >= 2 * kHugePage;
  void *memory = nullptr;
  auto get = [&] {
    return posix_memalign(&memory, huge ? kHugePage : alignof(Block), size) ==
           0;
  };
  if (!get()) {
    shrinkCache(0);
    if (!get())
      return nullptr;
  }
  if (huge)
    madvise(memory, size, MADV_HUGEPAGE); // as good as it gets
  Block *block = static_cast<Block *>(memory);
  block->bin = bin;
  return block;
}

void CallMemory::release(void *memory) {
  if (!memory)
    return;
  Block *block = static_cast<Block *>(memory) - 1;
  if (!block->live)
    return;
  unlink(block, live);
  liveBytes -= sizeOf(block->bin);
  std::lock_guard<std::mutex> lock(mutex);
  cache(block);
}

//===----------------------------------------------------------------------===//
// After a call
//===----------------------------------------------------------------------===//

void CallMemory::index() {
  sorted.clear();
  for (Block *block = live; block; block = block->next)
    sorted.push_back(block);
  std::sort(sorted.begin(), sorted.end());
}

CallMemory::Block *CallMemory::find(const void *data, uint64_t bytes) const {
  auto address = reinterpret_cast<uintptr_t>(data);
  auto after = std::upper_bound(sorted.begin(), sorted.end(), address,
                                [](uintptr_t address, Block *block) {
                                  return address < reinterpret_cast<uintptr_t>(
                                                       block->data());
                                });
  if (after == sorted.begin())
    return nullptr;
  Block *block = after[-1];
  uint64_t room = sizeOf(block->bin) - sizeof(Block) - kTail;
  uint64_t past = address - reinterpret_cast<uintptr_t>(block->data());
  return past <= room && bytes <= room - past ? block : nullptr;
}

CallMemory::Blocks CallMemory::endCall() {
  Blocks kept = nullptr;
  std::lock_guard<std::mutex> lock(mutex);
  while (Block *block = live) {
    unlink(block, live);
    if (block->kept)
      link(block, kept);
    else
      cache(block);
  }
  liveBytes = 0;
  if (++call % kPatience == 0)
    dropIdle();
  return kept;
}

void CallMemory::recycle(Blocks blocks) {
  {
    std::lock_guard<std::mutex> lock(mutex);
    while (Block *block = blocks) {
      unlink(block, blocks);
      cache(block);
    }
  }
  shrinkCache(limit); // results do not count, what is kept of them does
}

uint64_t CallMemory::cachedBytes() {
  std::lock_guard<std::mutex> lock(mutex);
  return cached;
}

//===----------------------------------------------------------------------===//
// The cache
//===----------------------------------------------------------------------===//

void CallMemory::cache(Block *block) {
  block->live = false;
  cached += sizeOf(block->bin);
  link(block, bins[block->bin]);
}

/// Gives the largest free blocks to the system until `bytes` are left at most.
void CallMemory::shrinkCache(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  for (uint32_t bin = kBins; bin-- > 0 && cached > bytes;)
    while (Block *block = cached > bytes ? bins[bin] : nullptr) {
      unlink(block, bins[bin]);
      cached -= sizeOf(bin);
      free(block);
    }
}

void CallMemory::dropIdle() {
  for (uint32_t bin = 0; bin < kBins; ++bin)
    for (Block *block = bins[bin], *next; block; block = next) {
      next = block->next;
      if (call - block->lastCall <= kPatience)
        continue;
      unlink(block, bins[bin]);
      cached -= sizeOf(bin);
      free(block);
    }
}
