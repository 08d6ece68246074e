//===- LinkedModelTest.cpp - Objects that are part of the program ---------===//
//
// The program links two toy objects. Their descriptors are data that the
// program names, so the linker copies them into it: the runtime has to follow
// each to its own object.
//
//===----------------------------------------------------------------------===//

#include "tests/runtime/ToyModel.h"

#include <string>

extern "C" {
LLMRT_LINKED_MODEL(toy);
LLMRT_LINKED_MODEL(other_toy);
}

using namespace llmrt;

TEST(LinkedModel, TwoModelsInOneProgram) {
  llmrt_model *models[2] = {};
  ASSERT_EQ(llmrt_open_linked(&llmrt_model_toy, nullptr, &models[0]), LLMRT_OK)
      << llmrt_last_error();
  ASSERT_EQ(llmrt_open_linked(&llmrt_model_other_toy, nullptr, &models[1]),
            LLMRT_OK)
      << llmrt_last_error();
  fake::Config config;
  std::vector<int32_t> tokens = someTokens(20);
  const char *names[2] = {"toy", "other_toy"};
  for (int which = 0; which < 2; ++which) {
    llmrt_model_info info;
    llmrt_model_get_info(models[which], &info);
    EXPECT_STREQ(info.name, names[which]);
    EXPECT_EQ(llmrt_verify(models[which]), LLMRT_OK) << llmrt_last_error();
  }
  EnginePointer engines[2] = {createEngine(models[0], {2, 1, 0, 0}),
                              createEngine(models[1], {1, 1, 0, 0})};
  for (EnginePointer &engine : engines) {
    llmrt_sequence sequence;
    ASSERT_EQ(llmrt_sequence_create(engine.get(), &sequence), LLMRT_OK);
    llmrt_span span = {sequence, tokens.data(), 20, 1, 0};
    std::vector<float> logits(97);
    ASSERT_EQ(llmrt_engine_forward(engine.get(), &span, 1, logits.data(), 97),
              LLMRT_OK)
        << llmrt_last_error();
    uint32_t seen = fake::expectedState(config, tokens.data(), 20, 20);
    EXPECT_EQ(logits[7], fake::logitOf(seen, 7));
  }
  // Engines keep their models.
  llmrt_close(models[0]);
  llmrt_close(models[1]);
}

TEST(LinkedModel, TheSameObjectOpensTwice) {
  llmrt_model *linked = nullptr, *opened = nullptr;
  ASSERT_EQ(llmrt_open_linked(&llmrt_model_toy, nullptr, &linked), LLMRT_OK);
  ASSERT_EQ(llmrt_open(TOY_OBJECT, nullptr, &opened), LLMRT_OK)
      << llmrt_last_error();
  llmrt_close(opened);
  EXPECT_EQ(llmrt_verify(linked), LLMRT_OK);
  llmrt_close(linked);
}

TEST(LinkedModel, WhatIsNoDescriptorIsRefused) {
  ObjectDescriptor zeros = {};
  llmrt_model *model = nullptr;
  EXPECT_EQ(llmrt_open_linked(reinterpret_cast<const llmrt_object *>(&zeros),
                              nullptr, &model),
            LLMRT_BAD_FILE);
  zeros.magic = kObjectMagic;
  zeros.version = 9;
  EXPECT_EQ(llmrt_open_linked(reinterpret_cast<const llmrt_object *>(&zeros),
                              nullptr, &model),
            LLMRT_WRONG_VERSION);
}
