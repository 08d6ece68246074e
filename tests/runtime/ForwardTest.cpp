//===- ForwardTest.cpp - Ids in, logits out -------------------------------===//

#include "tests/runtime/ToyModel.h"

#include <random>

using namespace llmrt;

namespace {

/// An engine over a toy model, and every sequence's tokens as they should be.
class ForwardTest : public testing::Test {
protected:
  ToyModel toy;
  EnginePointer engine;

  void create(uint32_t threads, uint32_t sequences, uint64_t poolTokens = 0) {
    llmrt_engine_options options = {};
    options.threads = threads;
    options.sequences = sequences;
    options.pool_tokens = poolTokens;
    engine = createEngine(toy.open(), options);
  }

  llmrt_sequence start() {
    llmrt_sequence sequence = 0;
    EXPECT_EQ(llmrt_sequence_create(engine.get(), &sequence), LLMRT_OK)
        << llmrt_last_error();
    return sequence;
  }

  /// Logits of all rows of the tokens.
  llmrt_status forward(llmrt_sequence sequence,
                       const std::vector<int32_t> &tokens,
                       std::vector<float> &logits) {
    llmrt_span span = {sequence, tokens.data(), uint32_t(tokens.size()),
                       uint32_t(tokens.size()), 0};
    logits.assign(tokens.size() * 97, -1);
    return llmrt_engine_forward(engine.get(), &span, 1, logits.data(),
                                logits.size());
  }

  /// Every row of `logits` is what the tokens up to it give.
  void expectRows(const std::vector<float> &logits,
                  const std::vector<int32_t> &tokens, size_t first,
                  uint32_t promptLength) {
    for (size_t row = 0; row < logits.size() / 97; ++row) {
      std::vector<int32_t> prefix(tokens.begin(),
                                  tokens.begin() + long(first + row + 1));
      std::vector<float> actual(logits.begin() + long(row * 97),
                                logits.begin() + long(row * 97 + 97));
      ASSERT_EQ(actual, toy.expected(prefix, promptLength))
          << "row " << first + row;
    }
  }
};

} // namespace

TEST_F(ForwardTest, PrefillInChunksEqualsTheDefinition) {
  create(2, 1);
  // The chunk is 8 rows and the context 64.
  std::vector<int32_t> tokens = someTokens(61);
  std::vector<float> logits;
  ASSERT_EQ(forward(start(), tokens, logits), LLMRT_OK) << llmrt_last_error();
  expectRows(logits, tokens, 0, 61);
}

TEST_F(ForwardTest, StepByStepEqualsTheDefinition) {
  create(2, 1);
  llmrt_sequence sequence = start();
  std::vector<int32_t> tokens = someTokens(64);
  for (size_t index = 0; index < tokens.size(); ++index) {
    std::vector<float> logits;
    ASSERT_EQ(forward(sequence, {tokens[index]}, logits), LLMRT_OK)
        << llmrt_last_error();
    expectRows(logits, tokens, index, 1);
  }
  std::vector<float> logits;
  EXPECT_EQ(forward(sequence, {1}, logits), LLMRT_CONTEXT_FULL);
}

TEST_F(ForwardTest, RaggedBatchesEqualTheDefinition) {
  for (uint32_t threads : {1u, 2u, 3u}) {
    create(threads, 6);
    std::vector<llmrt_sequence> sequences;
    std::vector<std::vector<int32_t>> held(6);
    for (int index = 0; index < 6; ++index)
      sequences.push_back(start());
    std::mt19937 random(threads);
    for (int round = 0; round < 12; ++round) {
      // All six sequences, though a step takes four, with 0 to 4 tokens each.
      std::vector<std::vector<int32_t>> pieces;
      std::vector<llmrt_span> spans;
      for (size_t index = 0; index < 6; ++index)
        pieces.push_back(someTokens(random() % 5, random()));
      for (size_t index = 0; index < 6; ++index)
        if (!pieces[index].empty())
          spans.push_back({sequences[index], pieces[index].data(),
                           uint32_t(pieces[index].size()), 1, 7});
      std::vector<float> logits(spans.size() * 97);
      ASSERT_EQ(llmrt_engine_forward(engine.get(), spans.data(), spans.size(),
                                     logits.data(), logits.size()),
                LLMRT_OK)
          << llmrt_last_error();
      size_t row = 0;
      for (size_t index = 0; index < 6; ++index) {
        if (pieces[index].empty())
          continue;
        held[index].insert(held[index].end(), pieces[index].begin(),
                           pieces[index].end());
        std::vector<float> actual(logits.begin() + long(row * 97),
                                  logits.begin() + long(row * 97 + 97));
        ASSERT_EQ(actual, toy.expected(held[index], 7));
        ++row;
      }
    }
  }
}

TEST_F(ForwardTest, LogitsOfTheLastRowsOnly) {
  create(1, 1);
  std::vector<int32_t> tokens = someTokens(20);
  llmrt_span span = {start(), tokens.data(), 20, 13, 0};
  std::vector<float> logits(13 * 97);
  ASSERT_EQ(llmrt_engine_forward(engine.get(), &span, 1, logits.data(),
                                 logits.size()),
            LLMRT_OK);
  expectRows(logits, tokens, 7, 20);
}

TEST_F(ForwardTest, ForksShareAPrefixAndThenPart) {
  create(2, 3);
  std::vector<int32_t> prefix = someTokens(10);
  std::vector<float> logits;
  llmrt_sequence first = start(), second, third;
  ASSERT_EQ(forward(first, prefix, logits), LLMRT_OK);
  ASSERT_EQ(llmrt_sequence_fork(engine.get(), first, 10, &second), LLMRT_OK);
  ASSERT_EQ(llmrt_sequence_fork(engine.get(), first, 9, &third), LLMRT_OK)
      << llmrt_last_error();

  // All three write into what was one page.
  std::vector<std::vector<int32_t>> held = {prefix, prefix, prefix};
  held[2].pop_back();
  llmrt_sequence sequences[] = {first, second, third};
  for (int32_t token = 0; token < 20; ++token)
    for (int which = 0; which < 3; ++which) {
      held[which].push_back(token * 3 + which);
      ASSERT_EQ(forward(sequences[which], {held[which].back()}, logits),
                LLMRT_OK);
      ASSERT_EQ(logits, toy.expected(held[which], which == 2 ? 9 : 10));
    }
}

TEST_F(ForwardTest, TruncatedSequencesGoOnFromThere) {
  toy.groups.pop_back(); // no window: any length can be gone back to
  toy.config.groups = 1;
  toy.arguments.erase(toy.arguments.begin() + fake::WindowTable);
  toy.arguments.insert(
      toy.arguments.begin() + fake::WindowTable,
      {"unknown but not required", ElementType::I32, 0, 0, 1, {{0, 0, 0}}});
  create(1, 1);
  llmrt_sequence sequence = start();
  std::vector<int32_t> tokens = someTokens(40);
  std::vector<float> logits;
  ASSERT_EQ(forward(sequence, tokens, logits), LLMRT_OK);
  for (uint32_t length : {39u, 18u, 16u, 1u}) {
    ASSERT_EQ(llmrt_sequence_truncate(engine.get(), sequence, length),
              LLMRT_OK);
    tokens.resize(length);
    tokens.push_back(80);
    ASSERT_EQ(forward(sequence, {80}, logits), LLMRT_OK);
    expectRows(logits, tokens, length, std::min(40u, length));
  }
  ASSERT_EQ(llmrt_sequence_truncate(engine.get(), sequence, 0), LLMRT_OK);
  ASSERT_EQ(forward(sequence, {5, 6}, logits), LLMRT_OK);
  expectRows(logits, {5, 6}, 0, 2);
  EXPECT_EQ(llmrt_sequence_truncate(engine.get(), sequence, 3),
            LLMRT_INVALID_ARGUMENT);
}

TEST_F(ForwardTest, GoingBackBehindAWindowIsRefused) {
  create(1, 2);
  llmrt_sequence sequence = start(), fork;
  std::vector<float> logits;
  ASSERT_EQ(forward(sequence, someTokens(40), logits), LLMRT_OK);
  ASSERT_EQ(forward(sequence, {1}, logits), LLMRT_OK);
  EXPECT_EQ(llmrt_sequence_truncate(engine.get(), sequence, 20),
            LLMRT_INVALID_ARGUMENT);
  EXPECT_EQ(llmrt_sequence_fork(engine.get(), sequence, 20, &fork),
            LLMRT_INVALID_ARGUMENT);
  EXPECT_NE(std::string(llmrt_last_error()).find("window of 5"),
            std::string::npos);
  // The last tokens are still there.
  EXPECT_EQ(llmrt_sequence_truncate(engine.get(), sequence, 40), LLMRT_OK)
      << llmrt_last_error();
}

TEST_F(ForwardTest, ASmallPoolIsSharedUntilItIsFull) {
  create(1, 4, /*poolTokens=*/32);
  // 32 tokens, rounded up to pages: 8 + 1 + 4 of 4 tokens.
  std::vector<float> logits;
  llmrt_sequence sequences[] = {start(), start(), start(), start()};
  ASSERT_EQ(forward(sequences[0], someTokens(40), logits), LLMRT_OK)
      << llmrt_last_error();
  EXPECT_EQ(forward(sequences[1], someTokens(40), logits), LLMRT_OUT_OF_PAGES);
  uint32_t length = 1;
  ASSERT_EQ(llmrt_sequence_length(engine.get(), sequences[1], &length),
            LLMRT_OK);
  EXPECT_EQ(length, 0u) << "a failed call changes nothing";
  EXPECT_EQ(forward(sequences[1], someTokens(12), logits), LLMRT_OK);
  expectRows(logits, someTokens(12), 0, 12);
  EXPECT_EQ(forward(sequences[2], {1}, logits), LLMRT_OUT_OF_PAGES);
  ASSERT_EQ(llmrt_sequence_release(engine.get(), sequences[0]), LLMRT_OK);
  EXPECT_EQ(forward(sequences[2], someTokens(40, 5), logits), LLMRT_OK);
  expectRows(logits, someTokens(40, 5), 0, 40);
}

TEST_F(ForwardTest, BadSpansAreRefusedAndChangeNothing) {
  create(1, 2);
  llmrt_sequence sequence = start(), released = start();
  ASSERT_EQ(llmrt_sequence_release(engine.get(), released), LLMRT_OK);
  std::vector<float> logits(97 * 4);
  auto run = [&](llmrt_span a) {
    return llmrt_engine_forward(engine.get(), &a, 1, logits.data(),
                                logits.size());
  };
  int32_t good[] = {1, 2, 3, 4, 5}, negative[] = {1, -1}, large[] = {97};
  EXPECT_EQ(run({released, good, 1, 1, 0}), LLMRT_NOT_FOUND);
  EXPECT_EQ(run({0, good, 1, 1, 0}), LLMRT_NOT_FOUND);
  EXPECT_EQ(run({sequence, good, 0, 0, 0}), LLMRT_INVALID_ARGUMENT);
  EXPECT_EQ(run({sequence, nullptr, 1, 1, 0}), LLMRT_INVALID_ARGUMENT);
  EXPECT_EQ(run({sequence, good, 1, 2, 0}), LLMRT_INVALID_ARGUMENT);
  EXPECT_EQ(run({sequence, negative, 2, 1, 0}), LLMRT_INVALID_ARGUMENT);
  EXPECT_EQ(run({sequence, large, 1, 1, 0}), LLMRT_INVALID_ARGUMENT);
  EXPECT_EQ(run({sequence, good, 5, 5, 0}), LLMRT_BUFFER_TOO_SMALL);
  llmrt_span twice[] = {{sequence, good, 1, 0, 0}, {sequence, good, 1, 0, 0}};
  EXPECT_EQ(llmrt_engine_forward(engine.get(), twice, 2, nullptr, 0),
            LLMRT_INVALID_ARGUMENT);
  uint32_t length = 1;
  ASSERT_EQ(llmrt_sequence_length(engine.get(), sequence, &length), LLMRT_OK);
  EXPECT_EQ(length, 0u);
  EXPECT_EQ(run({sequence, good, 4, 4, 0}), LLMRT_OK);
}

TEST_F(ForwardTest, AFailureOfTheModelIsTold) {
  toy.config.failingToken = 13;
  create(2, 1);
  llmrt_sequence sequence = start();
  std::vector<float> logits;
  ASSERT_EQ(forward(sequence, {1, 2}, logits), LLMRT_OK);
  EXPECT_EQ(forward(sequence, {13}, logits), LLMRT_MODEL_FAILED);
  EXPECT_STREQ(llmrt_last_error(),
               "the model's code reports: the token that must not be");
  ASSERT_EQ(forward(sequence, {3}, logits), LLMRT_OK);
  expectRows(logits, {1, 2, 3}, 2, 2);
}

TEST_F(ForwardTest, AnArgumentThatIsNotKnownIsRefusedByName) {
  toy.arguments.push_back({"adapter_ids",
                           ElementType::I32,
                           0,
                           1,
                           1,
                           {{int32_t(DimSymbol::Rows), 0, 0}}});
  llmrt_engine *created = nullptr;
  EXPECT_EQ(llmrt_engine_create(toy.open(), nullptr, &created),
            LLMRT_UNSUPPORTED);
  EXPECT_NE(std::string(llmrt_last_error()).find("'adapter_ids'"),
            std::string::npos);
  EXPECT_EQ(created, nullptr);
}

TEST_F(ForwardTest, AnArgumentOfAnotherShapeIsRefused) {
  toy.arguments[fake::Logits].dims[1].size = 96;
  llmrt_engine *created = nullptr;
  EXPECT_EQ(llmrt_engine_create(toy.open(), nullptr, &created), LLMRT_BAD_FILE);
  EXPECT_NE(std::string(llmrt_last_error()).find("'logits'"),
            std::string::npos);
}
