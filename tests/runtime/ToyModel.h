//===- ToyModel.h - The toy model of FakeStep, opened -----------*- C++ -*-===//

#ifndef LLM_TESTS_RUNTIME_TOYMODEL_H
#define LLM_TESTS_RUNTIME_TOYMODEL_H

#include "runtime/include/llmrt.h"
#include "tests/runtime/FakeStep.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace llmrt {

/// A descriptor in memory, opened as a linked object is. Fields may be changed
/// before open().
class ToyModel {
public:
  ToyModel();
  ToyModel(const ToyModel &) = delete;
  ~ToyModel() { llmrt_close(handle); }

  fake::Config config;
  std::vector<StepArgument> arguments;
  std::vector<StateGroup> groups;
  std::vector<CpuLevel> levels;
  std::vector<int32_t> endTokens = {96, 95};
  ObjectDescriptor descriptor = {};

  /// Opens it, or returns what is open.
  llmrt_model *open(const llmrt_open_options *options = nullptr);
  llmrt_status tryOpen(const llmrt_open_options *options = nullptr);

  /// The logits after `tokens`, by the definition.
  std::vector<float> expected(const std::vector<int32_t> &tokens,
                              uint32_t promptLength) const;
  /// What greedy decoding answers to a prompt.
  std::vector<int32_t> expectedAnswer(std::vector<int32_t> prompt,
                                      uint32_t count) const;

private:
  void complete();

  llmrt_model *handle = nullptr;
};

struct EngineDeleter {
  void operator()(llmrt_engine *engine) const { llmrt_engine_destroy(engine); }
};
using EnginePointer = std::unique_ptr<llmrt_engine, EngineDeleter>;

inline EnginePointer createEngine(llmrt_model *model,
                                  const llmrt_engine_options &options) {
  llmrt_engine *engine = nullptr;
  EXPECT_EQ(llmrt_engine_create(model, &options, &engine), LLMRT_OK)
      << llmrt_last_error();
  return EnginePointer(engine);
}

/// `count` tokens below 90 that differ with `seed`.
inline std::vector<int32_t> someTokens(uint32_t count, uint32_t seed = 1) {
  std::vector<int32_t> tokens;
  for (uint32_t index = 0; index < count; ++index)
    tokens.push_back(int32_t(fake::mix(seed, index) % 90));
  return tokens;
}

} // namespace llmrt

#endif // LLM_TESTS_RUNTIME_TOYMODEL_H
