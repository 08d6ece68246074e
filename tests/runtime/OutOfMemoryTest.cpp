//===- OutOfMemoryTest.cpp - Every allocation may fail --------------------===//
//
// Each call is repeated with its first, second, ... allocation and all later
// ones failing, until none fails. Every time it must return a status, leave
// nothing behind, and work the next time.
//
//===----------------------------------------------------------------------===//

#include "tests/runtime/AllocationHook.h"
#include "tests/runtime/ToyModel.h"

#include <string>

using namespace llmrt;

namespace {

/// Runs `call`, which returns a status, and `undo` where it succeeded. Returns
/// how often it failed before it succeeded.
template <typename Call, typename Undo>
int failEveryAllocation(Call &&call, Undo &&undo) {
  for (int failing = 0; failing < 10000; ++failing) {
    int64_t before = liveAllocations();
    failAllocationsFrom(uint64_t(failing));
    llmrt_status status = call();
    failAllocationsFrom(UINT64_MAX);
    if (status == LLMRT_OK) {
      undo();
      return failing;
    }
    // The loader and threads say themselves that they lack memory.
    EXPECT_TRUE(status == LLMRT_OUT_OF_MEMORY || status == LLMRT_SYSTEM)
        << status << ": " << llmrt_last_error();
    EXPECT_NE(std::string(llmrt_last_error()), "");
    EXPECT_EQ(liveAllocations(), before)
        << "left behind when allocation " << failing << " failed";
  }
  ADD_FAILURE() << "it never succeeds";
  return 0;
}

class OutOfMemoryTest : public testing::Test {
protected:
  void SetUp() override {
    if (!canSeeAllocations())
      GTEST_SKIP() << "the sanitizer's allocator is in the way";
  }
};

} // namespace

TEST_F(OutOfMemoryTest, Open) {
  // Once beforehand: the loader keeps what it needs for its first object.
  llmrt_model *model = nullptr;
  ASSERT_EQ(llmrt_open(TOY_OBJECT, nullptr, &model), LLMRT_OK);
  llmrt_close(model);
  int failures = failEveryAllocation(
      [&] { return llmrt_open(TOY_OBJECT, nullptr, &model); },
      [&] { llmrt_close(model); });
  EXPECT_GT(failures, 3);
}

TEST_F(OutOfMemoryTest, CreateEngine) {
  ToyModel toy;
  llmrt_model *model = toy.open();
  llmrt_engine_options options = {3, 2, 0, 0};
  // Once beforehand: libc keeps the stacks of threads that have ended.
  createEngine(model, options);
  llmrt_engine *engine = nullptr;
  int failures = failEveryAllocation(
      [&] { return llmrt_engine_create(model, &options, &engine); },
      [&] { llmrt_engine_destroy(engine); });
  EXPECT_GT(failures, 3);
}

TEST_F(OutOfMemoryTest, CreateGraph) {
  llmrt_model *model = nullptr;
  ASSERT_EQ(llmrt_open(TOY_GRAPH, nullptr, &model), LLMRT_OK);
  llmrt_graph_options options = {3, 0};
  llmrt_graph *graph = nullptr;
  ASSERT_EQ(llmrt_graph_create(model, &options, &graph), LLMRT_OK);
  llmrt_graph_destroy(graph); // as above
  int failures = failEveryAllocation(
      [&] { return llmrt_graph_create(model, &options, &graph); },
      [&] { llmrt_graph_destroy(graph); });
  EXPECT_GT(failures, 3);
  llmrt_close(model);
}

TEST_F(OutOfMemoryTest, Submit) {
  ToyModel toy;
  EnginePointer engine = createEngine(toy.open(), {1, 1, 0, 0});
  llmrt_request_options options = {};
  options.no_text = 1;
  options.max_tokens = 3;
  int32_t prompt[] = {1, 2, 3};
  llmrt_request request = 0;
  int failures = failEveryAllocation(
      [&] {
        return llmrt_engine_submit(engine.get(), prompt, 3, &options, &request);
      },
      [] {});
  EXPECT_GT(failures, 2);
  uint32_t left = 0;
  ASSERT_EQ(llmrt_engine_step(engine.get(), &left), LLMRT_OK);
  EXPECT_EQ(left, 1u) << "of all attempts one was accepted";
}

TEST_F(OutOfMemoryTest, MemoryContract) {
  ToyModel toy;
  llmrt_model *model = toy.open();
  llmrt_memory memory;
  int failures = failEveryAllocation(
      [&] { return llmrt_memory_contract(model, nullptr, &memory); }, [] {});
  EXPECT_GT(failures, 1);
}
