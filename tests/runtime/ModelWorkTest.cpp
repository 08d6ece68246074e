//===- ModelWorkTest.cpp - The denominators of shares ---------------------===//

#include "runtime/lib/ModelWork.h"
#include "tests/runtime/ToyModel.h"

using namespace llmrt;

TEST(ModelWork, DecodeReadsWeightsOnceAndEverySequencesKV) {
  ToyModel toy;
  toy.groups.pop_back();
  llmrt_model *model = toy.open();
  EXPECT_EQ(llmrt_model_decode_bytes(model, 1, 0), 1000u);
  EXPECT_EQ(llmrt_model_decode_bytes(model, 1, 10), 1000u + 10 * 64);
  EXPECT_EQ(llmrt_model_decode_bytes(model, 4, 10), 1000u + 4 * 10 * 64);
}

TEST(ModelWork, PrefillMultipliesEachTokenAndTheHeadOnce) {
  ToyModel toy;
  toy.groups.pop_back();
  llmrt_model *model = toy.open();
  EXPECT_EQ(llmrt_model_prefill_flops(model, 1), 2000u + 300 + 50);
  EXPECT_EQ(llmrt_model_prefill_flops(model, 4), 8000u + 300 + 10 * 50);
}

TEST(ModelWork, WindowsBoundWhatALayerSees) {
  ToyModel toy; // two layers without a window, one with 5 tokens
  llmrt_model *model = toy.open();
  // A layer has one head of 4 keys and 4 values of 4 bytes.
  EXPECT_EQ(llmrt_model_decode_bytes(model, 1, 5), 1000u + 5 * 96);
  EXPECT_EQ(llmrt_model_decode_bytes(model, 1, 15), 1000u + 15 * 64 + 5 * 32);
  // Pairs of ten tokens: 55 in two layers, 15 + 5 * 5 = 40 in one.
  EXPECT_EQ(llmrt_model_prefill_flops(model, 10), 20000u + 300 + 50 * 50);
}
