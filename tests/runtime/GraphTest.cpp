//===- GraphTest.cpp - Tensors in, tensors out ----------------------------===//
//
// On FakeGraph, by the C API, with teams of several sizes: a call that fails,
// however it does, leaves nothing behind and the next one works. The graph is
// the one linked in: a thread sanitizer must see how its threads meet.
//
//===----------------------------------------------------------------------===//

#include "runtime/include/llmrt.h"
#include "tests/runtime/AllocationHook.h"
#include "tests/runtime/FakeGraph.h"
#include "tests/runtime/ToyModel.h"

#include <sys/mman.h>

#include <cstring>
#include <string>
#include <thread>

using namespace llmrt;

namespace {

struct ResultsDeleter {
  void operator()(llmrt_results *results) const {
    llmrt_results_release(results);
  }
};
using ResultsPointer = std::unique_ptr<llmrt_results, ResultsDeleter>;

/// A tensor of the caller's.
template <typename T>
llmrt_value tensor(llmrt_element_type type, const std::vector<int64_t> &dims,
                   const std::vector<T> &data) {
  llmrt_value value = {};
  value.kind = LLMRT_TENSOR;
  value.type = type;
  value.data = data.data();
  value.dims = dims.data();
  value.rank = dims.size();
  return value;
}

class GraphTest : public testing::TestWithParam<uint32_t> {
protected:
  const float weight = fake::kGraphWeight;
  ObjectDescriptor descriptor = llmrt_model_linked_graph;
  llmrt_model *model = nullptr;
  llmrt_graph *graph = nullptr;
  std::vector<int64_t> mode = {fake::Compute}, scalar, xDims = {2, 3},
                       yDims = {2}, wordDims = {2};
  std::vector<float> x = {1, 2, 3, 10, 20, 30}, y = {100, 200};
  std::vector<llmrt_string> words = {{"one", 3}, {"t\0o", 3}};

  void SetUp() override {
    descriptor.self = &descriptor;
    descriptor.weightsBytes = sizeof(weight);
    descriptor.weightsOffset = reinterpret_cast<const uint8_t *>(&weight) -
                               reinterpret_cast<const uint8_t *>(&descriptor);
    ASSERT_EQ(
        llmrt_open_linked(reinterpret_cast<const llmrt_object *>(&descriptor),
                          nullptr, &model),
        LLMRT_OK)
        << llmrt_last_error();
    create({GetParam(), 0});
  }
  void TearDown() override {
    llmrt_graph_destroy(graph);
    llmrt_close(model);
  }
  void create(llmrt_graph_options options) {
    llmrt_graph_destroy(graph);
    graph = nullptr;
    ASSERT_EQ(llmrt_graph_create(model, &options, &graph), LLMRT_OK)
        << llmrt_last_error();
  }

  llmrt_input modeInput() const {
    return {"mode", tensor(LLMRT_I64, scalar, mode)};
  }
  llmrt_input xInput() const { return {"x", tensor(LLMRT_F32, xDims, x)}; }
  llmrt_input yInput() const {
    return {"y:in/put", tensor(LLMRT_F32, yDims, y)};
  }
  llmrt_input wordInput() const {
    return {"words", tensor(LLMRT_STRING, wordDims, words)};
  }

  llmrt_status run(const std::vector<llmrt_input> &inputs,
                   ResultsPointer &results) {
    llmrt_results *made = nullptr;
    llmrt_status status =
        llmrt_graph_run(graph, inputs.data(), inputs.size(), &made);
    EXPECT_EQ(made != nullptr, status == LLMRT_OK) << llmrt_last_error();
    results.reset(made);
    return status;
  }
  /// The sentence of a call that fails.
  std::string refusal(const std::vector<llmrt_input> &inputs,
                      llmrt_status wanted = LLMRT_INVALID_ARGUMENT) {
    ResultsPointer results;
    EXPECT_EQ(run(inputs, results), wanted);
    return llmrt_last_error();
  }
  std::string failure(fake::GraphMode how,
                      llmrt_status wanted = LLMRT_MODEL_FAILED) {
    mode[0] = how;
    std::string sentence = refusal({modeInput(), xInput()}, wanted);
    mode[0] = fake::Compute;
    return sentence;
  }
  void expectSums(const std::vector<float> &sums) {
    ResultsPointer results;
    ASSERT_EQ(run({modeInput(), xInput()}, results), LLMRT_OK)
        << llmrt_last_error();
    const llmrt_value *sum = llmrt_results_get(results.get(), 0);
    ASSERT_EQ(sum->rank, 1u);
    ASSERT_EQ(sum->dims[0], int64_t(sums.size()));
    EXPECT_EQ(
        std::vector<float>(static_cast<const float *>(sum->data),
                           static_cast<const float *>(sum->data) + sums.size()),
        sums);
  }
};

INSTANTIATE_TEST_SUITE_P(Threads, GraphTest, testing::Values(1, 2, 3));

} // namespace

TEST_P(GraphTest, SaysWhatItTakesAndGives) {
  llmrt_model_info info;
  llmrt_model_get_info(model, &info);
  EXPECT_EQ(info.is_graph, 1);
  EXPECT_EQ(llmrt_graph_threads(graph), GetParam());
  ASSERT_EQ(llmrt_model_input_count(model), 5u);
  ASSERT_EQ(llmrt_model_output_count(model), 5u);
  llmrt_argument x, y, parts, constant;
  ASSERT_EQ(llmrt_model_get_input(model, 1, &x), LLMRT_OK);
  EXPECT_STREQ(x.name, "x");
  EXPECT_EQ(x.kind, LLMRT_TENSOR);
  EXPECT_EQ(x.type, LLMRT_F32);
  EXPECT_EQ(x.optional, 0);
  ASSERT_EQ(x.rank, 2);
  EXPECT_EQ(x.dims[0], -1);
  EXPECT_EQ(x.dims[1], 3);
  EXPECT_STREQ(x.dim_names[0], "batch");
  EXPECT_EQ(x.dim_names[1], nullptr);
  ASSERT_EQ(llmrt_model_get_input(model, 2, &y), LLMRT_OK);
  EXPECT_EQ(y.optional, 1);
  ASSERT_EQ(llmrt_model_get_input(model, 4, &parts), LLMRT_OK);
  EXPECT_EQ(parts.kind, LLMRT_SEQUENCE);
  EXPECT_EQ(parts.rank, -1);
  ASSERT_EQ(llmrt_model_get_output(model, 4, &constant), LLMRT_OK);
  EXPECT_STREQ(constant.name, "constant");
  EXPECT_EQ(constant.type, LLMRT_BF16);
  EXPECT_EQ(llmrt_model_get_output(model, 5, &constant), LLMRT_NOT_FOUND);
  EXPECT_STREQ(llmrt_last_error(), "the model 'linked_graph' has 5 outputs; "
                                   "number 5 is asked for, counted from 0");
  EXPECT_STREQ(llmrt_element_name(LLMRT_C128), "c128");
  EXPECT_EQ(llmrt_element_bytes(LLMRT_C128), 16u);
  EXPECT_EQ(llmrt_element_name(llmrt_element_type(99)), nullptr);
}

TEST_P(GraphTest, ComputesWithEveryKindOfValue) {
  std::vector<int64_t> firstDims = {2}, secondDims = {0, 4};
  std::vector<int32_t> first = {7, 8}, second;
  llmrt_value items[] = {tensor(LLMRT_I32, firstDims, first),
                         tensor(LLMRT_I32, secondDims, second)};
  llmrt_input parts = {"parts", {}};
  parts.value.kind = LLMRT_SEQUENCE;
  parts.value.items = items;
  parts.value.count = 2;
  ResultsPointer results;
  // In any order.
  ASSERT_EQ(run({parts, wordInput(), yInput(), xInput(), modeInput()}, results),
            LLMRT_OK)
      << llmrt_last_error();
  // Results own what they hold.
  x.assign(6, 0);
  first.assign(2, 0);
  words.clear();

  const llmrt_value *sum = llmrt_results_find(results.get(), "sum");
  ASSERT_NE(sum, nullptr);
  EXPECT_EQ(sum->kind, LLMRT_TENSOR);
  EXPECT_EQ(sum->type, LLMRT_F32);
  ASSERT_EQ(sum->rank, 1u);
  EXPECT_EQ(sum->dims[0], 2);
  const float *sums = static_cast<const float *>(sum->data);
  EXPECT_EQ(sums[0], 106 + fake::kGraphWeight);
  EXPECT_EQ(sums[1], 260 + fake::kGraphWeight);

  const llmrt_value *again = llmrt_results_get(results.get(), 1);
  ASSERT_EQ(again->rank, 2u);
  EXPECT_EQ(static_cast<const float *>(again->data)[5], 30);
  EXPECT_NE(again->data, x.data());

  const llmrt_value *turned = llmrt_results_find(results.get(), "turned");
  ASSERT_EQ(turned->dims[0], 3);
  auto *strings = static_cast<const llmrt_string *>(turned->data);
  EXPECT_EQ(std::string(strings[0].text, strings[0].bytes),
            std::string("t\0o", 3));
  EXPECT_STREQ(strings[1].text, "one");
  EXPECT_STREQ(strings[2].text, "end");

  const llmrt_value *turnedParts =
      llmrt_results_find(results.get(), "turned_parts");
  ASSERT_EQ(turnedParts->kind, LLMRT_SEQUENCE);
  ASSERT_EQ(turnedParts->count, 2u);
  EXPECT_EQ(turnedParts->items[0].rank, 2u);
  EXPECT_EQ(turnedParts->items[0].dims[1], 4);
  EXPECT_EQ(turnedParts->items[1].type, LLMRT_I32);
  EXPECT_EQ(static_cast<const int32_t *>(turnedParts->items[1].data)[1], 8);

  const llmrt_value *constant = llmrt_results_find(results.get(), "constant");
  ASSERT_EQ(constant->kind, LLMRT_TENSOR);
  EXPECT_EQ(static_cast<const uint16_t *>(constant->data)[1], 0xc000);
  EXPECT_EQ(llmrt_results_find(results.get(), "nothing"), nullptr);
  EXPECT_EQ(llmrt_results_get(results.get(), 5), nullptr);
}

TEST_P(GraphTest, LeavesOutOptionalsAndTakesInputsByPlace) {
  llmrt_input byPlace[] = {modeInput(), xInput(), yInput()};
  byPlace[0].name = byPlace[1].name = byPlace[2].name = nullptr;
  byPlace[2].value = {};
  byPlace[2].value.kind = LLMRT_ABSENT;
  ResultsPointer results;
  ASSERT_EQ(run({byPlace[0], byPlace[1], byPlace[2]}, results), LLMRT_OK)
      << llmrt_last_error();
  EXPECT_EQ(llmrt_results_find(results.get(), "constant")->kind, LLMRT_ABSENT);
  EXPECT_EQ(
      *static_cast<const float *>(llmrt_results_get(results.get(), 0)->data),
      6 + fake::kGraphWeight);
}

TEST_P(GraphTest, TakesTensorsWithoutElements) {
  xDims = {0, 3};
  x.clear();
  expectSums({});
}

TEST_P(GraphTest, ReadsInputsThatNothingReadableFollows) {
  // The last float before a page that must not be touched; and a float at an
  // odd address.
  char *pages = static_cast<char *>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(pages, MAP_FAILED);
  ASSERT_EQ(mprotect(pages + 4096, 4096, PROT_NONE), 0);
  memcpy(pages + 4096 - 24, x.data(), 24);
  memcpy(pages + 1, x.data(), 24);
  for (char *place : {pages + 4096 - 24, pages + 1}) {
    llmrt_input input = xInput();
    input.value.data = place;
    ResultsPointer results;
    ASSERT_EQ(run({modeInput(), input}, results), LLMRT_OK);
    EXPECT_EQ(static_cast<const float *>(
                  llmrt_results_get(results.get(), 0)->data)[1],
              60 + fake::kGraphWeight);
  }
  munmap(pages, 8192);
}

TEST_P(GraphTest, RefusesInputsThatItDoesNotHave) {
  llmrt_input other = xInput();
  other.name = "z";
  EXPECT_EQ(refusal({modeInput(), other}),
            "the graph has no input 'z'; its inputs are 'mode', 'parts', "
            "'words', 'x', 'y:in/put'");
  EXPECT_EQ(refusal({modeInput()}), "the input 'x' is missing");
  EXPECT_EQ(refusal({modeInput(), xInput(), xInput()}),
            "the input 'x' is given twice");
  other.name = nullptr;
  EXPECT_EQ(refusal({other, other, other, other, other, other}).substr(0, 5),
            "the i"); // the first is no mode
  llmrt_input nameless = wordInput();
  nameless.name = nullptr;
  EXPECT_EQ(
      refusal({modeInput(),
               xInput(),
               yInput(),
               wordInput(),
               {"parts",
                {LLMRT_SEQUENCE, LLMRT_F32, nullptr, nullptr, 0, nullptr, 0}},
               nameless}),
      "input 5 is given; the graph has 5 inputs");
}

TEST_P(GraphTest, RefusesInputsOfAnotherShape) {
  llmrt_input input = xInput();
  input.value.type = LLMRT_F64;
  EXPECT_EQ(refusal({modeInput(), input}),
            "the input 'x' has elements of f64; f32 is accepted");
  input.value.type = llmrt_element_type(1000);
  EXPECT_EQ(refusal({modeInput(), input}),
            "the input 'x' has elements of no known type; f32 is accepted");
  input = xInput();
  input.value.rank = 1;
  EXPECT_EQ(refusal({modeInput(), input}),
            "the input 'x' has rank 1; 2 is accepted");
  xDims = {3, 2};
  EXPECT_EQ(refusal({modeInput(), xInput()}),
            "dimension 1 of the input 'x' is 2; 3 is accepted");
  xDims = {-2, 3};
  EXPECT_EQ(refusal({modeInput(), xInput()}),
            "dimension 0 of the input 'x' is -2");
  xDims = {int64_t(1) << 43, 3};
  EXPECT_EQ(refusal({modeInput(), xInput()}),
            "the input 'x' has more elements than memory can hold");
  xDims = {2, 3};
  yDims = {1};
  EXPECT_EQ(refusal({modeInput(), xInput(), yInput()}),
            "dimension 0 of the input 'y:in/put' is 1, and dimension 0 of 'x' "
            "is 2; both are 'batch' and must be equal");
  input = xInput();
  input.value.data = nullptr;
  EXPECT_EQ(refusal({modeInput(), input}),
            "the input 'x' has 6 elements at a null pointer");
  input.value.kind = LLMRT_SEQUENCE;
  EXPECT_EQ(refusal({modeInput(), input}),
            "the input 'x' is a sequence; a tensor is accepted");
  input = yInput();
  input.value.kind = LLMRT_SEQUENCE;
  EXPECT_EQ(refusal({modeInput(), input}),
            "the input 'y:in/put' is a sequence; a tensor or nothing is "
            "accepted");
  words[1].text = nullptr;
  EXPECT_EQ(refusal({modeInput(), xInput(), wordInput()}),
            "element 1 of the input 'words' is a string of 3 bytes at a null "
            "pointer");
  llmrt_value item = tensor(LLMRT_F32, xDims, x);
  input = {"parts", {LLMRT_SEQUENCE, LLMRT_F32, nullptr, nullptr, 0, &item, 1}};
  EXPECT_EQ(refusal({modeInput(), input}),
            "item 0 of the input 'parts' has elements of f32; i32 is accepted");
  item.kind = LLMRT_ABSENT;
  EXPECT_EQ(refusal({modeInput(), input}),
            "item 0 of the input 'parts' is absent; a tensor is accepted");
  input.value.items = nullptr;
  EXPECT_EQ(refusal({modeInput(), input}),
            "the input 'parts' is a sequence of 1 values at a null pointer");
}

TEST_P(GraphTest, GoesOnAfterACallThatFails) {
  std::vector<float> sums = {6 + fake::kGraphWeight, 60 + fake::kGraphWeight};
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(failure(fake::FailInKernel),
              "the model's code reports: index 7 is out of range");
    expectSums(sums);
    EXPECT_EQ(failure(fake::FailAndGoOn),
              "the model's code reports: index 7 is out of range");
    EXPECT_EQ(failure(fake::GiveUp),
              "the model's code reports: Reshape: 6 elements into 4");
    EXPECT_EQ(failure(fake::AskForTooMuch, LLMRT_OUT_OF_MEMORY).substr(0, 43),
              "the graph asks for 1152921504606846976 byte");
    expectSums(sums);
    EXPECT_EQ(failure(fake::LeaveNonsense),
              "the model's code leaves no proper value for output 4");
    EXPECT_EQ(failure(fake::LeaveNothing),
              "the model's code leaves no proper value for output 0");
  }
  expectSums(sums);
}

TEST_P(GraphTest, KeepsToItsMemoryLimit) {
  create({GetParam(), 8 << 10});
  std::string sentence = failure(fake::LeakAndRelease, LLMRT_OUT_OF_MEMORY);
  EXPECT_NE(sentence.find("the memory limit is 8192"), std::string::npos)
      << sentence;
  expectSums({6.5, 60.5});
  x.resize(9000);
  xDims = {3000, 3};
  EXPECT_NE(refusal({modeInput(), xInput()}, LLMRT_OUT_OF_MEMORY)
                .find("asks for 12000 bytes"),
            std::string::npos);
  create({GetParam(), 4 << 20});
  mode[0] = fake::LeakAndRelease;
  ResultsPointer results;
  EXPECT_EQ(run({modeInput(), xInput()}, results), LLMRT_OK)
      << llmrt_last_error();
}

TEST_P(GraphTest, ALoopOfCallsAllocatesNothing) {
  if (!canSeeAllocations())
    GTEST_SKIP() << "the sanitizer's allocator is in the way";
  llmrt_input inputs[] = {modeInput(), xInput(), yInput(), wordInput()};
  uint64_t before = 0;
  for (int round = 0; round < 300; ++round) {
    llmrt_results *results = nullptr;
    ASSERT_EQ(llmrt_graph_run(graph, inputs, 4, &results), LLMRT_OK);
    llmrt_results_release(results);
    if (round == 2)
      before = allocationCount();
  }
  EXPECT_EQ(allocationCount(), before);
}

TEST_P(GraphTest, ResultsOutliveTheirGraph) {
  ResultsPointer results;
  ASSERT_EQ(run({modeInput(), xInput(), yInput()}, results), LLMRT_OK);
  llmrt_graph_destroy(graph);
  graph = nullptr;
  llmrt_close(model);
  model = nullptr;
  EXPECT_EQ(static_cast<const float *>(
                llmrt_results_find(results.get(), "sum")->data)[1],
            260.5);
  // From another thread.
  std::thread([&] { results.reset(); }).join();
}

TEST_P(GraphTest, ServesOneThreadAtATime) {
  // Another thread runs the graph over and over: each call here works, or says
  // that it is busy.
  std::atomic<bool> done{false};
  std::atomic<int> ran{0};
  std::thread other([&] {
    std::vector<int64_t> computing = {fake::Compute};
    llmrt_input inputs[] = {{"mode", tensor(LLMRT_I64, scalar, computing)},
                            xInput()};
    while (!done) {
      llmrt_results *results = nullptr;
      if (llmrt_graph_run(graph, inputs, 2, &results) == LLMRT_OK)
        ++ran;
      llmrt_results_release(results);
    }
  });
  for (int round = 0; round < 200 || ran < 3; ++round) {
    std::this_thread::yield();
    ResultsPointer results;
    llmrt_status status = run({modeInput(), xInput()}, results);
    ASSERT_TRUE(status == LLMRT_OK || status == LLMRT_BUSY)
        << llmrt_last_error();
  }
  done = true;
  other.join();
  expectSums({6.5, 60.5});
}

TEST_P(GraphTest, DecodersAndGraphsAreNotTakenForEachOther) {
  llmrt_engine *engine = nullptr;
  llmrt_memory memory;
  EXPECT_EQ(llmrt_engine_create(model, nullptr, &engine), LLMRT_UNSUPPORTED);
  EXPECT_STREQ(
      llmrt_last_error(),
      "the model 'linked_graph' is a graph of tensors, which takes and "
      "gives no tokens: it runs by llmrt_graph_create, or llm-run "
      "--input");
  EXPECT_EQ(llmrt_memory_contract(model, nullptr, &memory), LLMRT_UNSUPPORTED);
  ToyModel toy;
  llmrt_graph *none = nullptr;
  EXPECT_EQ(llmrt_graph_create(toy.open(), nullptr, &none), LLMRT_UNSUPPORTED);
  EXPECT_STREQ(llmrt_last_error(),
               "the model 'toy' is a decoder, which takes and gives tokens, "
               "not a graph of tensors: it runs by llmrt_engine_create");
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(llmrt_model_input_count(toy.open()), 0u);
  llmrt_graph_options options = {5000, 0};
  EXPECT_EQ(llmrt_graph_create(model, &options, &none), LLMRT_INVALID_ARGUMENT);
}
