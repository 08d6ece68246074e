//===- Names.cpp - Names in a GGUF file
//------------------------------------===//
//
// See Names.h. Tensor names are those of gguf-py's constants.py.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Names.h"

namespace llm::gguf {

static constexpr DecoderParts makeParts(Presence qkvBias, Presence otherBiases,
                                        Presence headNorms,
                                        bool interleavedHeads) {
  DecoderParts parts;
  parts.qkvBias = qkvBias;
  parts.outputBias = otherBiases;
  parts.mlpBias = otherBiases;
  parts.headNorms = headNorms;
  parts.head = Presence::IfStored;
  parts.interleavedHeads = interleavedHeads;
  return parts;
}

// GGUF has no flag for biases: they are there or not. Models of Mistral are
// stored as "llama" and differ from it by a sliding window at most.
static constexpr ArchitectureRow kRows[] = {
    {"llama", "LlamaForCausalLM",
     makeParts(Presence::IfStored, Presence::IfStored, Presence::Absent, true)},
    {"qwen2", "Qwen2ForCausalLM",
     makeParts(Presence::Required, Presence::Absent, Presence::Absent, false)},
    {"qwen3", "Qwen3ForCausalLM",
     makeParts(Presence::IfStored, Presence::IfStored, Presence::Required,
               false)},
};

const ArchitectureRow *findArchitecture(std::string_view name) {
  for (const ArchitectureRow &row : kRows)
    if (name == row.name)
      return &row;
  return nullptr;
}

std::string acceptedArchitectures() {
  std::string text;
  for (const ArchitectureRow &row : kRows)
    text += (text.empty() ? "" : ", ") + std::string(row.name);
  return text;
}

// The common and the source name of a layer's part, without .weight or .bias.
static constexpr std::pair<std::string_view, std::string_view> kParts[] = {
    {"input_norm", "attn_norm"},    {"post_attention_norm", "ffn_norm"},
    {"attn.q", "attn_q"},           {"attn.k", "attn_k"},
    {"attn.v", "attn_v"},           {"attn.o", "attn_output"},
    {"attn.q_norm", "attn_q_norm"}, {"attn.k_norm", "attn_k_norm"},
    {"mlp.gate", "ffn_gate"},       {"mlp.up", "ffn_up"},
    {"mlp.down", "ffn_down"},
};

static std::string sourceName(std::string_view name) {
  if (name == "embed.weight")
    return "token_embd.weight";
  if (name == "final_norm.weight")
    return "output_norm.weight";
  if (name == "head.weight")
    return "output.weight";
  // layers.N.<part>.<weight|bias>
  size_t number = name.find('.') + 1;
  size_t part = name.find('.', number) + 1;
  size_t suffix = name.rfind('.');
  std::string_view common = name.substr(part, suffix - part);
  for (const auto &[commonPart, sourcePart] : kParts)
    if (common == commonPart)
      return "blk." + std::string(name.substr(number, part - number)) +
             std::string(sourcePart) + std::string(name.substr(suffix));
  return std::string(name);
}

/// rope_freqs is read by Config.cpp; the other held what is recomputed.
static bool isIgnored(std::string_view name) {
  constexpr std::string_view kOldBuffer = ".attn_rot_embd.weight";
  return name == kRopeFactors ||
         (name.size() > kOldBuffer.size() &&
          name.substr(name.size() - kOldBuffer.size()) == kOldBuffer);
}

const TensorNaming kTensorNaming = {sourceName, isIgnored};

} // namespace llm::gguf
