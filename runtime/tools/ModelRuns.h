//===- ModelRuns.h - Timed prefill and decode -------------------*- C++ -*-===//
//
// What llm-bench measures of a model: the time of prompts and of decoded
// tokens, beside the least work that they can be done with.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_MODELRUNS_H
#define LLMRT_TOOLS_MODELRUNS_H

#include "runtime/tools/Handles.h"

namespace llmrt::tools {

/// One shape of work and how long it took, time after time.
struct Measured {
  uint32_t tokens; // of one sequence
  uint32_t batch;
  double work; // operations of prefill, bytes of decode
  std::vector<double> seconds;

  struct Spread {
    double median, min, max;
  };
  Spread tokensPerSecond() const;
  /// Of a ceiling given as work a second, by the median.
  double share(double peak) const;
};

class ModelRuns {
public:
  /// `context` is the longest sequence, `batch` the most of them at once.
  ModelRuns(llmrt_model *model, uint32_t threads, uint32_t context,
            uint32_t batch);

  unsigned threads() const { return llmrt_engine_threads(engine.get()); }
  const llmrt_memory &memory() const { return contract; }

  Measured prefill(uint32_t tokens) const;
  Measured decode(uint32_t tokens, uint32_t batch) const;

  /// One prompt, from its ids to the logits after its last token.
  double timePrefill(uint32_t tokens);
  /// Steps of one token for each of `batch` sequences, which hold a short
  /// prompt. What follows a token is given, not chosen: no sampling.
  double timeDecode(uint32_t tokens, uint32_t batch);

  /// Tokens of the prompt that decoding starts from.
  uint32_t decodePrompt(uint32_t tokens) const;

private:
  using Sequences = std::vector<llmrt_sequence>;
  Sequences createSequences(uint32_t count);
  void releaseSequences(const Sequences &sequences);
  /// Appends the next `count` of the tokens to each sequence.
  void forward(const Sequences &sequences, size_t first, uint32_t count);

  llmrt_model *model;
  llmrt_memory contract;
  EnginePointer engine;
  std::vector<int32_t> tokens; // any, the same in each run
  std::vector<float> logits;
  std::vector<llmrt_span> spans;
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_MODELRUNS_H
