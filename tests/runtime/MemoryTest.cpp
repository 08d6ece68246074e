//===- MemoryTest.cpp - The memory contract is kept -----------------------===//

#include "tests/runtime/AllocationHook.h"
#include "tests/runtime/ToyModel.h"

#include <cstdio>
#include <string>

using namespace llmrt;

namespace {

/// Private bytes of this process that are in memory.
uint64_t residentBytes() {
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  unsigned long long kilobytes = 0;
  while (file && fgets(line, sizeof(line), file))
    if (sscanf(line, "RssAnon: %llu", &kilobytes) == 1)
      break;
  if (file)
    fclose(file);
  return kilobytes * 1024;
}

/// A toy of 16 MiB of pages.
class MemoryTest : public testing::Test {
protected:
  ToyModel toy;

  MemoryTest() {
    // Layers of 16 KiB a page of four tokens.
    toy.groups[0].layerPageBytes = 16384;
    toy.groups[0].pageBytes = 2 * 16384;
    toy.config.group[0].layerPageBytes = 16384;
    toy.descriptor.facts.maxContext = 2048;
    toy.descriptor.facts.maxRows = 512;
    toy.levels[0].arenaBytes = 3 << 20;
    toy.levels[0].scratchBytes = 1 << 20;
  }

  llmrt_memory contract(const llmrt_engine_options &options) {
    llmrt_memory memory = {};
    EXPECT_EQ(llmrt_memory_contract(toy.open(), &options, &memory), LLMRT_OK)
        << llmrt_last_error();
    return memory;
  }
};

} // namespace

TEST_F(MemoryTest, IsTheSumOfItsParts) {
  llmrt_memory memory = contract({2, 1, 0, 0});
  EXPECT_EQ(memory.arena_bytes, 3u << 20);
  EXPECT_EQ(memory.scratch_bytes, 2u << 20);
  // 512 pages of the full group; the window's 5 + 512 rows, 259 + 1 pages.
  EXPECT_EQ(memory.kv_bytes, (512 * 32768 + 260 * 64 + 4095) / 4096 * 4096u);
  EXPECT_EQ(memory.weight_copy_bytes, 0u);
  EXPECT_EQ(memory.mapped_weight_bytes, sizeof(fake::Config));
  EXPECT_EQ(memory.private_bytes, memory.arena_bytes + memory.kv_bytes +
                                      memory.scratch_bytes + memory.step_bytes +
                                      memory.runtime_bytes +
                                      memory.weight_copy_bytes);
}

TEST_F(MemoryTest, GrowsWithWhatIsAskedFor) {
  llmrt_memory one = contract({1, 1, 1024, 0}), two = contract({1, 2, 1024, 0});
  EXPECT_NEAR(double(two.kv_bytes), 2.0 * double(one.kv_bytes), 4096);
  EXPECT_LT(contract({1, 2, 512, 0}).kv_bytes, one.kv_bytes * 1.1);
  EXPECT_LT(contract({1, 2, 1024, 512}).kv_bytes, one.kv_bytes);
  llmrt_memory memory;
  llmrt_engine_options options = {1, 1, 4096, 0};
  EXPECT_EQ(llmrt_memory_contract(toy.open(), &options, &memory),
            LLMRT_INVALID_ARGUMENT);
  EXPECT_NE(std::string(llmrt_last_error()).find("--max-context"),
            std::string::npos);
  options = {5000, 1, 0, 0};
  EXPECT_EQ(llmrt_memory_contract(toy.open(), &options, &memory),
            LLMRT_INVALID_ARGUMENT);
}

TEST_F(MemoryTest, TooMuchToCountIsRefused) {
  toy.groups[0].layerPageBytes = uint64_t(1) << 44;
  toy.groups[0].pageBytes = uint64_t(2) << 44;
  llmrt_engine_options options = {1, 60000, 0, 0};
  llmrt_memory memory;
  EXPECT_EQ(llmrt_memory_contract(toy.open(), &options, &memory),
            LLMRT_INVALID_ARGUMENT);
  options.sequences = 1; // 2^54 bytes: can be counted, but not be had
  llmrt_engine *engine = nullptr;
  EXPECT_EQ(llmrt_engine_create(toy.open(), &options, &engine),
            LLMRT_OUT_OF_MEMORY);
}

TEST_F(MemoryTest, IsUsedAsContextsFillAndNeverExceeded) {
  if (!canSeeAllocations())
    GTEST_SKIP() << "sanitizers use memory of their own";
  llmrt_engine_options options = {2, 1, 0, 0};
  llmrt_memory memory = contract(options);
  // Room for what the test itself holds.
  std::vector<int32_t> tokens = someTokens(2048);
  uint64_t before = residentBytes();
  EnginePointer engine = createEngine(toy.open(), options);
  EXPECT_LT(residentBytes() - before, memory.private_bytes / 4)
      << "pages are taken when they are first written";
  llmrt_sequence sequence;
  ASSERT_EQ(llmrt_sequence_create(engine.get(), &sequence), LLMRT_OK);
  for (uint32_t begin = 0; begin < 2048; begin += 128) {
    llmrt_span span = {sequence, tokens.data() + begin, 128, 0, 0};
    ASSERT_EQ(llmrt_engine_forward(engine.get(), &span, 1, nullptr, 0),
              LLMRT_OK);
    EXPECT_LE(residentBytes() - before, memory.private_bytes);
  }
  // The toy leaves arena and scratch alone but writes all of its pages; of a
  // layer's 16 KiB it touches the first page.
  EXPECT_GE(residentBytes() - before, memory.kv_bytes / 4);
}

TEST_F(MemoryTest, ManyTokensLaterNothingHasGrown) {
  if (!canSeeAllocations())
    GTEST_SKIP() << "sanitizers use memory of their own";
  EnginePointer engine = createEngine(toy.open(), {1, 1, 64, 0});
  llmrt_request_options options = {};
  options.no_text = options.ignore_end = 1;
  options.max_tokens = 60;
  auto answer = [&] {
    int32_t prompt[] = {1, 2, 3};
    llmrt_request request;
    ASSERT_EQ(llmrt_engine_submit(engine.get(), prompt, 3, &options, &request),
              LLMRT_OK);
    for (uint32_t left = 1; left != 0;)
      ASSERT_EQ(llmrt_engine_step(engine.get(), &left), LLMRT_OK);
  };
  answer();
  int64_t blocks = liveAllocations();
  uint64_t resident = residentBytes();
  for (int round = 0; round < 1700; ++round) // 10^5 tokens
    answer();
  EXPECT_EQ(liveAllocations(), blocks);
  EXPECT_LE(residentBytes(), resident + 65536);
}
