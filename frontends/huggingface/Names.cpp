//===- Names.cpp - Names in a Hugging Face folder
//--------------------------===//
//
// See Names.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Names.h"

namespace llm::huggingface {

using Row = ArchitectureRow;

// models/<family>/configuration_<family>.py.
static const Row kRows[] = {
    {"LlamaForCausalLM", "llama", 32000, 4096, 11008, 32, 32, 0, 0, 2048, 0,
     Row::NoWindow, Row::AttentionBias, true, false},
    {"MistralForCausalLM", "mistral", 32000, 4096, 14336, 32, 32, 8, 0, 131072,
     4096, Row::EveryLayer, Row::NoBias, false, false},
    {"Qwen2ForCausalLM", "qwen2", 151936, 4096, 22016, 32, 32, 32, 0, 32768,
     4096, Row::ByLayerTypes, Row::QkvBias, false, false},
    {"Qwen3ForCausalLM", "qwen3", 151936, 4096, 22016, 32, 32, 32, 128, 32768,
     4096, Row::ByLayerTypes, Row::AttentionBias, false, true},
};

const Row *architectureRows(size_t &count) {
  count = sizeof(kRows) / sizeof(kRows[0]);
  return kRows;
}

// The common and the source name of a layer's part, without .weight or .bias.
static constexpr std::pair<std::string_view, std::string_view> kParts[] = {
    {"input_norm", "input_layernorm"},
    {"post_attention_norm", "post_attention_layernorm"},
    {"attn.q", "self_attn.q_proj"},
    {"attn.k", "self_attn.k_proj"},
    {"attn.v", "self_attn.v_proj"},
    {"attn.o", "self_attn.o_proj"},
    {"attn.q_norm", "self_attn.q_norm"},
    {"attn.k_norm", "self_attn.k_norm"},
    {"mlp.gate", "mlp.gate_proj"},
    {"mlp.up", "mlp.up_proj"},
    {"mlp.down", "mlp.down_proj"},
};

static std::string sourceName(std::string_view name) {
  if (name == "embed.weight")
    return "model.embed_tokens.weight";
  if (name == "final_norm.weight")
    return "model.norm.weight";
  if (name == "head.weight")
    return "lm_head.weight";
  // layers.N.<part>.<weight|bias>
  size_t number = name.find('.') + 1;
  size_t part = name.find('.', number) + 1;
  size_t suffix = name.rfind('.');
  std::string_view common = name.substr(part, suffix - part);
  for (const auto &[commonPart, sourcePart] : kParts)
    if (common == commonPart)
      return "model." + std::string(name.substr(0, part)) +
             std::string(sourcePart) + std::string(name.substr(suffix));
  return std::string(name);
}

static bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         text.substr(text.size() - end.size()) == end;
}

/// Buffers that old versions of transformers saved; all are recomputed.
static bool isIgnored(std::string_view name) {
  return endsWith(name, ".rotary_emb.inv_freq") ||
         endsWith(name, ".rotary_emb.cos_cached") ||
         endsWith(name, ".rotary_emb.sin_cached") ||
         endsWith(name, ".self_attn.masked_bias");
}

const TensorNaming kTensorNaming = {sourceName, isIgnored};

} // namespace llm::huggingface
