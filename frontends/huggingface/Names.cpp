//===- Names.cpp - Names in a Hugging Face folder
//--------------------------===//
//
// See Names.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Names.h"

namespace llm::huggingface {

using Row = ArchitectureRow;

extern const TensorNaming kGemmaNaming, kGpt2Naming;

// models/<family>/configuration_<family>.py.
static const Row kRows[] = {
    {"LlamaForCausalLM", "llama", 32000, 4096, 11008, 32, 32, 0, 0, 2048, 0,
     Row::NoWindow, Row::AttentionBias, true, false},
    {"MistralForCausalLM", "mistral", 32000, 4096, 14336, 32, 32, 8, 0, 131072,
     4096, Row::EveryLayer, Row::NoBias, false, false},
    {"MixtralForCausalLM", "mixtral", 32000, 4096, 14336, 32, 32, 8, 0, 131072,
     0, Row::EveryLayer, Row::NoBias, false, false, Row::Mixtral},
    {"Qwen2ForCausalLM", "qwen2", 151936, 4096, 22016, 32, 32, 32, 0, 32768,
     4096, Row::ByLayerTypes, Row::QkvBias, false, false},
    {"Qwen3ForCausalLM", "qwen3", 151936, 4096, 22016, 32, 32, 32, 128, 32768,
     4096, Row::ByLayerTypes, Row::AttentionBias, false, true},
    {"Gemma2ForCausalLM", "gemma2", 256000, 2304, 9216, 26, 8, 4, 256, 8192,
     4096, Row::LayerTypes, Row::AttentionBias, false, false, Row::Gemma2,
     &kGemmaNaming},
    {"Gemma3ForCausalLM", "gemma3_text", 262208, 2304, 9216, 26, 8, 4, 256,
     131072, 4096, Row::LayerTypes, Row::AttentionBias, false, true,
     Row::Gemma3, &kGemmaNaming},
    {"Phi3ForCausalLM", "phi3", 32064, 3072, 8192, 32, 32, 0, 0, 4096, 0,
     Row::EveryLayer, Row::NoBias, false, false, Row::Phi3},
    {"GPT2LMHeadModel", "gpt2", 50257, 768, 0, 12, 12, 0, 0, 1024, 0,
     Row::NoWindow, Row::NoBias, false, false, Row::Gpt2, &kGpt2Naming},
};

const Row *architectureRows(size_t &count) {
  count = sizeof(kRows) / sizeof(kRows[0]);
  return kRows;
}

namespace {
/// How a family names what it has: common names and its own, those of parts
/// of layers without .weight and .bias; # stands for the number of an expert.
struct NameTable {
  std::string_view embed, positions, finalNorm, head;
  std::string_view layers; ///< before the number
  std::pair<std::string_view, std::string_view> parts[17];
};
} // namespace

static constexpr NameTable kUsual = {
    "model.embed_tokens",
    "",
    "model.norm",
    "lm_head",
    "model.layers.",
    {{"input_norm", "input_layernorm"},
     {"post_attention_norm", "post_attention_layernorm"},
     {"attn.q", "self_attn.q_proj"},
     {"attn.k", "self_attn.k_proj"},
     {"attn.v", "self_attn.v_proj"},
     {"attn.qkv", "self_attn.qkv_proj"},
     {"attn.o", "self_attn.o_proj"},
     {"attn.q_norm", "self_attn.q_norm"},
     {"attn.k_norm", "self_attn.k_norm"},
     {"mlp.gate", "mlp.gate_proj"},
     {"mlp.up", "mlp.up_proj"},
     {"mlp.gate_up", "mlp.gate_up_proj"},
     {"mlp.down", "mlp.down_proj"},
     {"mlp.router", "block_sparse_moe.gate"},
     {"mlp.experts.#.gate", "block_sparse_moe.experts.#.w1"},
     {"mlp.experts.#.up", "block_sparse_moe.experts.#.w3"},
     {"mlp.experts.#.down", "block_sparse_moe.experts.#.w2"}}};

/// Its post_attention_layernorm is of what attention gives.
static constexpr NameTable kGemma = {
    "model.embed_tokens",
    "",
    "model.norm",
    "lm_head",
    "model.layers.",
    {{"input_norm", "input_layernorm"},
     {"attn.output_norm", "post_attention_layernorm"},
     {"post_attention_norm", "pre_feedforward_layernorm"},
     {"mlp.output_norm", "post_feedforward_layernorm"},
     {"attn.q", "self_attn.q_proj"},
     {"attn.k", "self_attn.k_proj"},
     {"attn.v", "self_attn.v_proj"},
     {"attn.o", "self_attn.o_proj"},
     {"attn.q_norm", "self_attn.q_norm"},
     {"attn.k_norm", "self_attn.k_norm"},
     {"mlp.gate", "mlp.gate_proj"},
     {"mlp.up", "mlp.up_proj"},
     {"mlp.down", "mlp.down_proj"}}};

static constexpr NameTable kGpt2 = {"transformer.wte",
                                    "transformer.wpe",
                                    "transformer.ln_f",
                                    "lm_head",
                                    "transformer.h.",
                                    {{"input_norm", "ln_1"},
                                     {"post_attention_norm", "ln_2"},
                                     {"attn.qkv", "attn.c_attn"},
                                     {"attn.o", "attn.c_proj"},
                                     {"mlp.up", "mlp.c_fc"},
                                     {"mlp.down", "mlp.c_proj"}}};

template <const NameTable &table>
static std::string sourceName(std::string_view name) {
  size_t suffix = name.rfind('.');
  std::string_view common = name.substr(0, suffix);
  std::string end(name.substr(suffix));
  if (common == "embed")
    return std::string(table.embed) + end;
  if (common == "positions")
    return std::string(table.positions) + end;
  if (common == "final_norm")
    return std::string(table.finalNorm) + end;
  if (common == "head")
    return std::string(table.head) + end;
  // layers.N.<part>
  size_t number = common.find('.') + 1, part = common.find('.', number) + 1;
  std::string own(common.substr(part)), expert;
  size_t digit = own.find_first_of("0123456789");
  if (digit != std::string::npos) {
    expert = own.substr(digit, own.find('.', digit) - digit);
    own.replace(digit, expert.size(), "#");
  }
  for (const auto &[commonPart, sourcePart] : table.parts)
    if (own == commonPart) {
      std::string source(sourcePart);
      if (size_t place = source.find('#'); place != std::string::npos)
        source.replace(place, 1, expert);
      return std::string(table.layers) +
             std::string(common.substr(number, part - number)) + source + end;
    }
  return std::string(name);
}

static bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         text.substr(text.size() - end.size()) == end;
}

/// Buffers that old versions of transformers saved; all are recomputed. GPT-2's
/// attn.bias is its mask.
static bool isIgnored(std::string_view name) {
  return endsWith(name, ".rotary_emb.inv_freq") ||
         endsWith(name, ".rotary_emb.cos_cached") ||
         endsWith(name, ".rotary_emb.sin_cached") ||
         endsWith(name, ".self_attn.masked_bias") ||
         endsWith(name, ".attn.masked_bias") || endsWith(name, ".attn.bias");
}

const TensorNaming kTensorNaming = {sourceName<kUsual>, isIgnored, ""};
const TensorNaming kGemmaNaming = {sourceName<kGemma>, isIgnored, ""};
const TensorNaming kGpt2Naming = {sourceName<kGpt2>, isIgnored, "transformer."};

} // namespace llm::huggingface
