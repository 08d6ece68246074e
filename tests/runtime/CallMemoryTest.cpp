//===- CallMemoryTest.cpp - The memory that calls of a graph use ----------===//

#include "runtime/lib/CallMemory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>

using namespace llmrt;

TEST(CallMemory, GivesAlignedMemoryWithRoomBehindIt) {
  CallMemory memory(uint64_t(1) << 30);
  for (uint64_t bytes = 0; bytes < 5'000'000; bytes += bytes / 7 + 1) {
    uint64_t before = memory.callBytes();
    auto *block = static_cast<uint8_t *>(memory.allocate(bytes));
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 64, 0u);
    memset(block, 0xab, bytes + CallMemory::kTail);
    // An eighth and a line of 64 are wasted at most, beside header and tail.
    EXPECT_LE(memory.callBytes() - before, (bytes + 192) * 9 / 8);
    memory.release(block);
    EXPECT_EQ(memory.callBytes(), before);
  }
}

TEST(CallMemory, BlocksDoNotOverlap) {
  CallMemory memory(uint64_t(1) << 30);
  std::mt19937 random(1);
  std::vector<std::pair<uint8_t *, uint64_t>> held;
  for (int round = 0; round < 3000; ++round) {
    if (random() % 3 == 0 && !held.empty()) {
      size_t index = random() % held.size();
      auto [block, bytes] = held[index];
      for (uint64_t i = 0; i < bytes; ++i)
        ASSERT_EQ(block[i], uint8_t(reinterpret_cast<uintptr_t>(block) >> 6));
      memory.release(block);
      held.erase(held.begin() + long(index));
    } else {
      uint64_t bytes = random() % (1u << random() % 16);
      auto *block = static_cast<uint8_t *>(memory.allocate(bytes));
      ASSERT_NE(block, nullptr);
      memset(block, int(reinterpret_cast<uintptr_t>(block) >> 6), bytes);
      held.push_back({block, bytes});
    }
  }
}

TEST(CallMemory, KeepsToItsLimitExactly) {
  CallMemory memory(1 << 20);
  uint64_t given = 0;
  while (memory.allocate(1000))
    ++given;
  EXPECT_NE(strstr(lastError(), "asks for 1000 bytes beside the "), nullptr);
  EXPECT_NE(strstr(lastError(), "the memory limit is 1048576"), nullptr);
  uint64_t each = memory.callBytes() / given;
  EXPECT_LE(memory.callBytes(), 1u << 20);
  EXPECT_GT(memory.callBytes() + each, 1u << 20);
  for (uint64_t bytes : {uint64_t(1) << 20, uint64_t(1) << 60, UINT64_MAX - 10})
    EXPECT_EQ(memory.allocate(bytes), nullptr);
  // A call that has ended holds nothing, and what is cached makes room.
  EXPECT_EQ(memory.endCall(), nullptr);
  EXPECT_EQ(memory.callBytes(), 0u);
  EXPECT_GT(memory.cachedBytes(), 900000u);
  EXPECT_NE(memory.allocate(900000), nullptr);
  EXPECT_LE(memory.callBytes() + memory.cachedBytes(), 1u << 20);
}

TEST(CallMemory, TheNextCallGetsTheSameBlocks) {
  CallMemory memory(uint64_t(1) << 30);
  std::set<void *> first, second;
  for (std::set<void *> *call : {&first, &second}) {
    for (uint64_t bytes : {10, 100, 1000, 10000, 100000, 10'000'000})
      call->insert(memory.allocate(bytes));
    memory.recycle(memory.endCall());
  }
  EXPECT_EQ(first, second);
}

TEST(CallMemory, GivesBackWhatNoCallUses) {
  CallMemory memory(uint64_t(1) << 30);
  memory.allocate(1'000'000);
  memory.recycle(memory.endCall());
  EXPECT_GT(memory.cachedBytes(), 1'000'000u);
  for (int call = 0; call < 200; ++call) {
    memory.allocate(100);
    memory.recycle(memory.endCall());
  }
  EXPECT_LT(memory.cachedBytes(), 1000u);
}

TEST(CallMemory, FindsTheBlockThatHoldsBytes) {
  CallMemory memory(uint64_t(1) << 30);
  auto *small = static_cast<uint8_t *>(memory.allocate(100));
  auto *large = static_cast<uint8_t *>(memory.allocate(100000));
  uint8_t other[8];
  memory.index();
  EXPECT_EQ(memory.find(small, 100)->data(), small);
  EXPECT_EQ(memory.find(large + 50000, 50000)->data(), large);
  EXPECT_EQ(memory.find(large, 200000), nullptr);
  EXPECT_EQ(memory.find(other, 8), nullptr);
  EXPECT_EQ(memory.find(nullptr, 0), nullptr);
  memory.find(large, 1)->kept = true;
  CallMemory::Blocks kept = memory.endCall();
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->data(), large);
  EXPECT_EQ(kept->next, nullptr);
  // Nobody else gets it until it comes back.
  EXPECT_NE(memory.allocate(100000), large);
  memory.recycle(kept);
  EXPECT_EQ(memory.allocate(100000), large);
}
