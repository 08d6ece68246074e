//===- Names.h - Names in a Hugging Face folder
//----------------------------===//
//
// A model family that needs no code of its own is a row in these tables.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_HUGGINGFACE_NAMES_H
#define LLM_FRONTENDS_HUGGINGFACE_NAMES_H

#include "frontends/DecoderTensors.h"

namespace llm::huggingface {

/// An architecture and what its config class of transformers 5.23 takes for
/// fields that config.json leaves out.
struct ArchitectureRow {
  const char *name;      ///< in config.json's "architectures"
  const char *modelType; ///< in config.json's "model_type"
  int64_t vocabSize, hiddenSize, intermediateSize, numLayers, numHeads;
  int64_t numKeyValueHeads; ///< 0: as many as heads
  int64_t headDim;          ///< 0: hidden_size / num_attention_heads
  int64_t maxPosition;
  int64_t slidingWindow; ///< 0: the class has none

  enum Window : uint8_t {
    NoWindow,
    EveryLayer,   ///< `sliding_window`, unless null
    LayerTypes,   ///< `layer_types`, or `sliding_window_pattern`
    ByLayerTypes, ///< `use_sliding_window`, `max_window_layers`, `layer_types`
  } window;
  enum Bias : uint8_t {
    NoBias,
    QkvBias,       ///< on q, k and v, always
    AttentionBias, ///< on q, k, v and o, if `attention_bias`
  } bias;
  bool hasMlpBias; ///< if `mlp_bias`
  bool headNorms;  ///< RMS norm of each q and k head

  /// What differs beyond that: Config.cpp reads it.
  enum Family : uint8_t {
    Llama,
    Mixtral,
    Gemma2,
    Gemma3,
    Phi3,
    Gpt2
  } family = Llama;
  bool isGemma() const { return family == Gemma2 || family == Gemma3; }
  const TensorNaming *naming = nullptr; ///< null: kTensorNaming
};

/// The rows, for lookups and for messages; `count` gets their number.
const ArchitectureRow *architectureRows(size_t &count);

/// Of weights as most *ForCausalLM classes save them.
extern const TensorNaming kTensorNaming;

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_NAMES_H
