//===- SchedulerTest.cpp - Many answers at a time -------------------------===//

#include "tests/runtime/AllocationHook.h"
#include "tests/runtime/ToyModel.h"

#include <functional>
#include <map>
#include <string>
#include <thread>

using namespace llmrt;

namespace {

/// What a request's callback has heard.
struct Heard {
  std::vector<int32_t> tokens;
  llmrt_finish finish = LLMRT_RUNNING;
  llmrt_status status = LLMRT_OK;
  std::string sentence;
  uint32_t promptTokens = 0;
  /// Called with each event; a result other than 0 cancels.
  std::function<int(const llmrt_event &)> then;
};

int32_t hear(void *user, const llmrt_event *event) {
  Heard &heard = *static_cast<Heard *>(user);
  EXPECT_EQ(heard.finish, LLMRT_RUNNING) << "an event after the last";
  if (event->token >= 0)
    heard.tokens.push_back(event->token);
  heard.finish = event->finish;
  heard.status = event->status;
  heard.promptTokens = event->prompt_tokens;
  if (event->status != LLMRT_OK)
    heard.sentence = llmrt_last_error();
  return heard.then ? heard.then(*event) : 0;
}

class SchedulerTest : public testing::Test {
protected:
  ToyModel toy;
  EnginePointer engine;
  llmrt_request_options options = {};

  SchedulerTest() {
    options.no_text = 1;
    options.ignore_end = 1;
    options.callback = hear;
  }

  void create(uint32_t threads, uint32_t sequences, uint64_t poolTokens = 0) {
    engine = createEngine(toy.open(), {threads, sequences, 0, poolTokens});
  }

  llmrt_request submit(const std::vector<int32_t> &prompt, Heard &heard,
                       uint32_t maxTokens) {
    options.user = &heard;
    options.max_tokens = maxTokens;
    llmrt_request request = 0;
    EXPECT_EQ(llmrt_engine_submit(engine.get(), prompt.data(), prompt.size(),
                                  &options, &request),
              LLMRT_OK)
        << llmrt_last_error();
    return request;
  }

  uint32_t step() {
    uint32_t unfinished = 0;
    EXPECT_EQ(llmrt_engine_step(engine.get(), &unfinished), LLMRT_OK);
    return unfinished;
  }

  void runAll() {
    for (int steps = 0; step() != 0; ++steps)
      ASSERT_LT(steps, 10000) << "it never ends";
  }
};

} // namespace

TEST_F(SchedulerTest, AnswersDoNotDependOnTheirNeighbours) {
  for (uint32_t threads : {1u, 2u, 3u}) {
    create(threads, 3);
    // More requests than sequences, of all lengths; some arrive on the way.
    std::map<uint32_t, Heard> heard;
    for (uint32_t index = 0; index < 9; ++index)
      submit(someTokens(1 + index * 5, index), heard[index], 20 - index);
    for (int steps = 0; steps < 5; ++steps)
      step();
    for (uint32_t index = 9; index < 12; ++index)
      submit(someTokens(3, index), heard[index], 9);
    runAll();
    for (auto &[index, answer] : heard) {
      uint32_t length = index < 9 ? 1 + index * 5 : 3;
      uint32_t count = index < 9 ? 20 - index : 9;
      EXPECT_EQ(answer.tokens,
                toy.expectedAnswer(someTokens(length, index), count));
      EXPECT_EQ(answer.finish, LLMRT_FINISH_LENGTH);
      EXPECT_EQ(answer.promptTokens, length);
    }
  }
}

TEST_F(SchedulerTest, AStepTakesAnswersAndAChunkOfAPrompt) {
  create(1, 2);
  Heard first, second;
  submit(someTokens(2), first, 30);
  step();
  ASSERT_EQ(first.tokens.size(), 1u);
  // 20 tokens in chunks of 8 take three steps, in which the other goes on.
  submit(someTokens(20, 5), second, 30);
  step();
  step();
  EXPECT_EQ(first.tokens.size(), 3u);
  EXPECT_EQ(second.tokens.size(), 0u);
  step();
  EXPECT_EQ(first.tokens.size(), 4u);
  EXPECT_EQ(second.tokens.size(), 1u);
}

TEST_F(SchedulerTest, EndTokensEndAndAreTold) {
  create(1, 1);
  std::vector<int32_t> prompt = someTokens(7);
  std::vector<int32_t> answer = toy.expectedAnswer(prompt, 12);
  int32_t last = answer[6];
  answer.resize(
      size_t(std::find(answer.begin(), answer.end(), last) - answer.begin()) +
      1);
  options.stop_tokens = &last;
  options.stop_token_count = 1;
  Heard heard;
  submit(prompt, heard, 12);
  runAll();
  EXPECT_EQ(heard.tokens, answer);
  EXPECT_EQ(heard.finish, LLMRT_FINISH_END);
}

TEST_F(SchedulerTest, TheModelsOwnEndTokensCountUnlessIgnored) {
  std::vector<int32_t> prompt = someTokens(7);
  std::vector<int32_t> answer = toy.expectedAnswer(prompt, 12);
  toy.endTokens = {answer[4]};
  create(1, 1);
  for (int ignore : {0, 1}) {
    options.ignore_end = ignore;
    Heard heard;
    submit(prompt, heard, 12);
    runAll();
    EXPECT_EQ(heard.tokens.size(), ignore ? 12u : 5u);
    EXPECT_EQ(heard.finish, ignore ? LLMRT_FINISH_LENGTH : LLMRT_FINISH_END);
  }
}

TEST_F(SchedulerTest, TheContextEndsAnAnswer) {
  create(1, 1);
  Heard heard;
  submit(someTokens(50), heard, 0);
  runAll();
  // 64 tokens fit; the one chosen last does not.
  EXPECT_EQ(heard.tokens, toy.expectedAnswer(someTokens(50), 15));
  EXPECT_EQ(heard.finish, LLMRT_FINISH_CONTEXT);
}

TEST_F(SchedulerTest, SamplingDependsOnTheSeedOnly) {
  options.sampling.temperature = 1;
  options.sampling.top_p = 0.9f;
  std::vector<int32_t> answers[3];
  for (uint32_t threads = 1; threads <= 3; ++threads) {
    create(threads, 2);
    options.sampling.seed = 5;
    Heard heard, other;
    submit(someTokens(9), heard, 20);
    options.sampling.seed = 6;
    submit(someTokens(9), other, 20);
    runAll();
    EXPECT_NE(heard.tokens, other.tokens);
    answers[threads - 1] = heard.tokens;
  }
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_EQ(answers[0], answers[2]);
}

TEST_F(SchedulerTest, RepetitionPenaltySeesThePromptAndTheAnswer) {
  create(1, 1);
  options.sampling.repetition_penalty = 1e6f; // positive logits become 0
  Heard heard;
  std::vector<int32_t> prompt = someTokens(9);
  submit(prompt, heard, 40);
  runAll();
  std::vector<int32_t> all = prompt;
  for (int32_t token : heard.tokens) {
    EXPECT_EQ(std::count(all.begin(), all.end(), token), 0) << token;
    all.push_back(token);
  }
}

TEST_F(SchedulerTest, CancelledRequestsEndWithoutAToken) {
  create(1, 1);
  Heard running, waiting;
  llmrt_request first = submit(someTokens(5), running, 50);
  llmrt_request second = submit(someTokens(5), waiting, 50);
  step();
  step();
  EXPECT_EQ(running.tokens.size(), 2u);
  std::thread([&] {
    llmrt_engine_cancel(engine.get(), first);
    llmrt_engine_cancel(engine.get(), second);
    llmrt_engine_cancel(engine.get(), 12345);
  }).join();
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(running.finish, LLMRT_FINISH_CANCELLED);
  EXPECT_EQ(running.status, LLMRT_CANCELLED);
  EXPECT_EQ(running.tokens.size(), 2u);
  EXPECT_EQ(waiting.finish, LLMRT_FINISH_CANCELLED);
  // What they held is free.
  Heard next;
  submit(someTokens(30), next, 30);
  runAll();
  EXPECT_EQ(next.tokens, toy.expectedAnswer(someTokens(30), 30));
}

TEST_F(SchedulerTest, ACallbackCancelsByItsResult) {
  create(1, 1);
  Heard heard;
  heard.then = [&](const llmrt_event &) { return heard.tokens.size() == 3; };
  submit(someTokens(5), heard, 50);
  runAll();
  EXPECT_EQ(heard.tokens.size(), 3u);
  EXPECT_EQ(heard.finish, LLMRT_FINISH_CANCELLED);
}

TEST_F(SchedulerTest, ACallbackMaySubmitButNotStep) {
  create(1, 1);
  Heard first, second;
  first.then = [&](const llmrt_event &event) {
    EXPECT_EQ(llmrt_engine_step(engine.get(), nullptr), LLMRT_BUSY);
    llmrt_sequence sequence;
    EXPECT_EQ(llmrt_sequence_create(engine.get(), &sequence), LLMRT_BUSY);
    if (event.finish != LLMRT_RUNNING)
      submit(someTokens(4), second, 6);
    return 0;
  };
  submit(someTokens(5), first, 5);
  runAll();
  EXPECT_EQ(second.tokens, toy.expectedAnswer(someTokens(4), 6));
}

TEST_F(SchedulerTest, ACallbackThatThrowsEndsItsRequestOnly) {
  create(1, 2);
  Heard first, second;
  first.then = [&](const llmrt_event &event) -> int {
    if (event.finish == LLMRT_RUNNING)
      throw std::runtime_error("of the callback");
    return 0;
  };
  submit(someTokens(5), first, 5);
  submit(someTokens(6), second, 5);
  runAll();
  EXPECT_EQ(first.finish, LLMRT_FINISH_CANCELLED);
  EXPECT_EQ(second.tokens, toy.expectedAnswer(someTokens(6), 5));
}

TEST_F(SchedulerTest, AFailureOfTheModelEndsTheRequestsOfItsStep) {
  toy.config.failingToken = 91;
  create(1, 2);
  Heard bad, next;
  submit({91}, bad, 5);
  step();
  EXPECT_EQ(bad.finish, LLMRT_FINISH_FAILED);
  EXPECT_EQ(bad.status, LLMRT_MODEL_FAILED);
  EXPECT_NE(bad.sentence.find("must not be"), std::string::npos);
  submit(someTokens(3), next, 5);
  runAll();
  EXPECT_EQ(next.tokens, toy.expectedAnswer(someTokens(3), 5));
}

TEST_F(SchedulerTest, RequestsWaitForThePagesOfTheirWholeAnswer) {
  create(1, 4, /*poolTokens=*/32); // 13 pages of 4 tokens
  Heard heard[3];
  for (Heard &each : heard)
    submit(someTokens(10), each, 20); // 8 pages each
  for (int steps = 0; steps < 21; ++steps)
    step();
  EXPECT_EQ(heard[0].tokens.size(), 20u) << "alone, in its first 21 steps";
  EXPECT_EQ(heard[1].tokens.size(), 0u);
  runAll();
  for (Heard &each : heard) {
    EXPECT_EQ(each.tokens, toy.expectedAnswer(someTokens(10), 20));
    EXPECT_EQ(each.finish, LLMRT_FINISH_LENGTH);
  }
}

TEST_F(SchedulerTest, WhatCanNeverFitIsRefusedAtOnce) {
  create(1, 1, /*poolTokens=*/8);
  llmrt_request request = 0;
  std::vector<int32_t> prompt = someTokens(60);
  options.callback = nullptr;
  auto submitted = [&](size_t count, uint32_t maxTokens) {
    options.max_tokens = maxTokens;
    return llmrt_engine_submit(engine.get(), prompt.data(), count, &options,
                               &request);
  };
  EXPECT_EQ(submitted(20, 5), LLMRT_OUT_OF_PAGES);
  prompt.resize(65, 1);
  EXPECT_EQ(submitted(65, 1), LLMRT_CONTEXT_FULL);
  EXPECT_EQ(submitted(0, 1), LLMRT_INVALID_ARGUMENT);
  prompt[0] = 97;
  EXPECT_EQ(submitted(4, 4), LLMRT_INVALID_ARGUMENT);
  prompt[0] = 96;
  EXPECT_EQ(submitted(4, 4), LLMRT_OK);
  options.no_text = 0;
  EXPECT_EQ(submitted(4, 4), LLMRT_UNSUPPORTED) << "no tokenizer";
  options.sampling.top_p = 2;
  EXPECT_EQ(submitted(4, 4), LLMRT_INVALID_ARGUMENT);
}

TEST_F(SchedulerTest, ARequestThatNothingWillMakeRoomForFails) {
  create(1, 1);
  llmrt_sequence held;
  ASSERT_EQ(llmrt_sequence_create(engine.get(), &held), LLMRT_OK);
  Heard heard;
  submit(someTokens(3), heard, 5);
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(heard.finish, LLMRT_FINISH_FAILED);
  EXPECT_EQ(heard.status, LLMRT_OUT_OF_PAGES);
}

TEST_F(SchedulerTest, ARequestContinuesASequenceOfItsCaller) {
  create(2, 2);
  llmrt_sequence sequence;
  ASSERT_EQ(llmrt_sequence_create(engine.get(), &sequence), LLMRT_OK);
  std::vector<int32_t> held = someTokens(11);
  llmrt_span span = {sequence, held.data(), 11, 0, 0};
  ASSERT_EQ(llmrt_engine_forward(engine.get(), &span, 1, nullptr, 0), LLMRT_OK);
  options.sequence = sequence;
  Heard heard;
  heard.then = [&](const llmrt_event &) { return 0; };
  submit({7, 8}, heard, 6);
  step();
  EXPECT_EQ(llmrt_sequence_release(engine.get(), sequence), LLMRT_BUSY);
  EXPECT_EQ(llmrt_sequence_truncate(engine.get(), sequence, 1), LLMRT_BUSY);
  EXPECT_EQ(llmrt_engine_forward(engine.get(), &span, 1, nullptr, 0),
            LLMRT_BUSY);
  runAll();
  held.insert(held.end(), {7, 8});
  EXPECT_EQ(heard.tokens, toy.expectedAnswer(held, 6));
  uint32_t length = 0;
  ASSERT_EQ(llmrt_sequence_length(engine.get(), sequence, &length), LLMRT_OK);
  EXPECT_EQ(length, 11u + 2 + 5) << "all but the token chosen last";
}

TEST_F(SchedulerTest, RequestsOnOneSequenceTakeTurns) {
  create(1, 2);
  llmrt_sequence sequence;
  ASSERT_EQ(llmrt_sequence_create(engine.get(), &sequence), LLMRT_OK);
  options.sequence = sequence;
  Heard first, second, other;
  submit(someTokens(4), first, 3);
  submit({5}, second, 3);
  options.sequence = 0;
  submit(someTokens(6), other, 4);
  runAll();
  std::vector<int32_t> held = someTokens(4);
  EXPECT_EQ(first.tokens, toy.expectedAnswer(held, 3));
  held.insert(held.end(), {first.tokens[0], first.tokens[1], 5});
  EXPECT_EQ(second.tokens, toy.expectedAnswer(held, 3));
  EXPECT_EQ(other.tokens, toy.expectedAnswer(someTokens(6), 4));
}

TEST_F(SchedulerTest, DecodingAllocatesNothing) {
  if (!canSeeAllocations())
    GTEST_SKIP() << "the sanitizer's allocator is in the way";
  create(2, 4);
  options.callback = nullptr;
  options.sampling.temperature = 0.7f;
  options.sampling.top_p = 0.9f;
  options.sampling.repetition_penalty = 1.1f;
  Heard unheard;
  for (uint32_t index = 0; index < 4; ++index)
    submit(someTokens(20, index), unheard, 30);
  step();
  step();
  uint64_t before = allocationCount();
  for (int steps = 0; steps < 30; ++steps)
    step();
  EXPECT_EQ(allocationCount() - before, 0u);
  runAll();
}

TEST_F(SchedulerTest, ManyThreadsSubmitWhileOneSteps) {
  create(2, 4);
  constexpr int threads = 4, each = 25;
  Heard heard[threads][each];
  std::vector<std::thread> submitters;
  for (int thread = 0; thread < threads; ++thread)
    submitters.emplace_back([&, thread] {
      for (int index = 0; index < each; ++index) {
        llmrt_request_options mine = {};
        mine.no_text = mine.ignore_end = 1;
        mine.max_tokens = 8;
        mine.callback = hear;
        mine.user = &heard[thread][index];
        std::vector<int32_t> prompt =
            someTokens(1 + uint32_t(index), uint32_t(thread));
        llmrt_request request = 0;
        EXPECT_EQ(llmrt_engine_submit(engine.get(), prompt.data(),
                                      prompt.size(), &mine, &request),
                  LLMRT_OK);
        if (index % 5 == 4)
          llmrt_engine_cancel(engine.get(), request);
      }
    });
  for (int steps = 0; steps < 50; ++steps)
    step();
  for (std::thread &submitter : submitters)
    submitter.join();
  runAll();
  for (int thread = 0; thread < threads; ++thread)
    for (int index = 0; index < each; ++index) {
      const Heard &answer = heard[thread][index];
      if (answer.finish == LLMRT_FINISH_CANCELLED && index % 5 == 4)
        continue;
      EXPECT_EQ(answer.finish, LLMRT_FINISH_LENGTH);
      EXPECT_EQ(answer.tokens,
                toy.expectedAnswer(
                    someTokens(1 + uint32_t(index), uint32_t(thread)), 8));
    }
}
