//===- SamplerTest.cpp - Filters as transformers applies them -------------===//

#include "runtime/lib/Sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <vector>

using namespace llmrt;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class SamplerTest : public testing::Test {
protected:
  /// What a draw with this seed chooses.
  int32_t choose(llmrt_sampling sampling, std::vector<float> logits,
                 const std::vector<int32_t> &history = {}, uint64_t draw = 0) {
    Sampler sampler(uint32_t(logits.size()));
    BlockCarver measuring(nullptr);
    sampler.place(measuring);
    std::vector<uint8_t> memory(measuring.size() + 64);
    uintptr_t address = reinterpret_cast<uintptr_t>(memory.data());
    BlockCarver carver(memory.data() + (64 - address % 64) % 64);
    sampler.place(carver);
    int32_t token = -1;
    status = sampler.sample(sampling, logits.data(), history.data(),
                            history.size(), draw, token);
    return token;
  }

  /// Every token that some of 2000 draws chooses.
  std::set<int32_t> support(llmrt_sampling sampling,
                            const std::vector<float> &logits,
                            const std::vector<int32_t> &history = {}) {
    std::set<int32_t> chosen;
    for (uint64_t draw = 0; draw < 2000; ++draw)
      chosen.insert(choose(sampling, logits, history, draw));
    return chosen;
  }

  Status status = LLMRT_OK;
};

llmrt_sampling warm() {
  llmrt_sampling sampling = {};
  sampling.temperature = 1;
  sampling.seed = 42;
  return sampling;
}

} // namespace

TEST_F(SamplerTest, GreedyTakesTheLargestAndOfEqualOnesTheFirst) {
  std::vector<float> logits(100, -1);
  logits[70] = logits[40] = 3;
  EXPECT_EQ(choose({}, logits), 40);
  logits[5] = std::nanf("");
  EXPECT_EQ(choose({}, logits), 40);
  logits[99] = kInfinity;
  EXPECT_EQ(choose({}, logits), 99);
}

TEST_F(SamplerTest, LogitsThatAreNoNumbersFail) {
  EXPECT_EQ(choose({}, {NAN, NAN, -kInfinity}), -1);
  EXPECT_EQ(status, LLMRT_MODEL_FAILED);
  choose(warm(), {1, kInfinity});
  EXPECT_EQ(status, LLMRT_MODEL_FAILED);
}

TEST_F(SamplerTest, RepetitionPenaltyShrinksBothSigns) {
  llmrt_sampling sampling = {};
  sampling.repetition_penalty = 2;
  EXPECT_EQ(choose(sampling, {3, 2, 0}), 0);
  EXPECT_EQ(choose(sampling, {3, 2, 0}, {0}), 1); // 1.5, 2
  EXPECT_EQ(choose(sampling, {3, 2, 0}, {0, 0, 0}), 1) << "once, not thrice";
  EXPECT_EQ(choose(sampling, {-1, -1.5f}, {0}), 1); // -2, -1.5
}

TEST_F(SamplerTest, TopKKeepsTies) {
  llmrt_sampling sampling = warm();
  sampling.top_k = 2;
  EXPECT_EQ(support(sampling, {1, 3, 2, 2, 0}), (std::set<int32_t>{1, 2, 3}));
  sampling.top_k = 1;
  EXPECT_EQ(support(sampling, {1, 3, 2, 2, 0}), (std::set<int32_t>{1}));
  sampling.top_k = 99;
  EXPECT_EQ(support(sampling, {1, 3, 2, 2, 0}).size(), 5u);
}

TEST_F(SamplerTest, TopPKeepsTheTokenThatCrossesTheBound) {
  // Probabilities 0.5, 0.25, 0.15, 0.1.
  std::vector<float> logits = {std::log(0.15f), std::log(0.5f), std::log(0.1f),
                               std::log(0.25f)};
  llmrt_sampling sampling = warm();
  sampling.top_p = 0.4f;
  EXPECT_EQ(support(sampling, logits), (std::set<int32_t>{1}));
  sampling.top_p = 0.6f;
  EXPECT_EQ(support(sampling, logits), (std::set<int32_t>{1, 3}));
  sampling.top_p = 0.8f;
  EXPECT_EQ(support(sampling, logits), (std::set<int32_t>{0, 1, 3}));
  sampling.top_p = 1;
  EXPECT_EQ(support(sampling, logits).size(), 4u);
}

TEST_F(SamplerTest, TopPSortsFurtherThanItsFirstGuess) {
  // 300 equal tokens: half of them by id, beyond the 64 sorted first.
  llmrt_sampling sampling = warm();
  sampling.top_p = 0.5f;
  std::set<int32_t> chosen;
  for (uint64_t draw = 0; draw < 4000; ++draw)
    chosen.insert(choose(sampling, std::vector<float>(300, 1), {}, draw));
  EXPECT_EQ(chosen.size(), 150u);
  EXPECT_EQ(*chosen.rbegin(), 149);
}

TEST_F(SamplerTest, MinPIsRelativeToTheBest) {
  std::vector<float> logits = {std::log(0.5f), std::log(0.26f),
                               std::log(0.24f)};
  llmrt_sampling sampling = warm();
  sampling.min_p = 0.5f;
  EXPECT_EQ(support(sampling, logits), (std::set<int32_t>{0, 1}));
  sampling.min_p = 1;
  EXPECT_EQ(support(sampling, logits), (std::set<int32_t>{0}));
}

TEST_F(SamplerTest, FiltersApplyToWhatTheOneBeforeLeft) {
  // Of 0.4, 0.3, 0.2, 0.1 top-k leaves 0.57 and 0.43; top-p 0.5 then one.
  std::vector<float> logits = {std::log(0.4f), std::log(0.3f), std::log(0.2f),
                               std::log(0.1f)};
  llmrt_sampling sampling = warm();
  sampling.top_p = 0.5f;
  EXPECT_EQ(support(sampling, logits), (std::set<int32_t>{0, 1}));
  sampling.top_k = 2;
  EXPECT_EQ(support(sampling, logits), (std::set<int32_t>{0}));
  // A low temperature sharpens before top-p looks.
  sampling.top_k = 0;
  sampling.temperature = 0.5f; // 0.53, 0.3, 0.13, 0.03
  EXPECT_EQ(support(sampling, logits), (std::set<int32_t>{0}));
}

TEST_F(SamplerTest, DrawsFollowTheProbabilities) {
  std::vector<float> logits = {std::log(0.6f), std::log(0.1f), std::log(0.3f)};
  double counts[3] = {};
  constexpr int draws = 30000;
  for (uint64_t draw = 0; draw < draws; ++draw)
    ++counts[choose(warm(), logits, {}, draw)];
  // Five standard deviations of a binomial count are below 0.015.
  EXPECT_NEAR(counts[0] / draws, 0.6, 0.015);
  EXPECT_NEAR(counts[1] / draws, 0.1, 0.015);
  EXPECT_NEAR(counts[2] / draws, 0.3, 0.015);
}

TEST_F(SamplerTest, TheRandomNumbersAreSplitMix64) {
  // The first outputs for the seed 1234567, as published with the generator.
  const uint64_t outputs[] = {6457827717110365317u, 3203168211198807973u,
                              9817491932198370423u};
  for (uint64_t n = 0; n < 3; ++n)
    EXPECT_EQ(uniform(1234567, n), double(outputs[n] >> 11) * 0x1p-53);
}

TEST_F(SamplerTest, TheExponentialIsAccurate) {
  for (int step = 0; step < 700000; ++step) {
    double x = -step * 1e-3;
    long double exact = std::exp((long double)(x));
    EXPECT_LE(std::fabs((double)((expOfNonPositive(x) - exact) / exact)),
              2.3e-16)
        << x;
  }
  EXPECT_EQ(expOfNonPositive(0), 1);
  EXPECT_EQ(expOfNonPositive(-kInfinity), 0);
}

TEST_F(SamplerTest, ParametersOutOfRangeAreRefused) {
  auto refused = [](auto set) {
    llmrt_sampling sampling = {};
    set(sampling);
    return checkSampling(sampling) == LLMRT_INVALID_ARGUMENT;
  };
  EXPECT_TRUE(refused([](llmrt_sampling &s) { s.temperature = -1; }));
  EXPECT_TRUE(refused([](llmrt_sampling &s) { s.temperature = NAN; }));
  EXPECT_TRUE(refused([](llmrt_sampling &s) { s.temperature = kInfinity; }));
  EXPECT_TRUE(refused([](llmrt_sampling &s) { s.top_p = 1.5f; }));
  EXPECT_TRUE(refused([](llmrt_sampling &s) { s.min_p = -0.5f; }));
  EXPECT_TRUE(refused([](llmrt_sampling &s) { s.repetition_penalty = -2; }));
  EXPECT_FALSE(refused([](llmrt_sampling &s) { s.top_p = 1; }));
}
