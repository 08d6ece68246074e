//===- DecoderTensors.cpp - The tensors a decoder needs, checked
//-----------===//
//
// See DecoderTensors.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/DecoderTensors.h"

#include "frontends/gguf/BlockFormats.h"

#include <unordered_map>

namespace llm {

namespace {
struct Slot {
  std::string name; ///< common name
  std::vector<int64_t> shape;
  Presence presence = Presence::Required;
  uint32_t interleavedHeads = 0;
};
} // namespace

static std::vector<Slot> decoderSlots(const DecoderConfig &config,
                                      const DecoderParts &parts) {
  int64_t hidden = config.hiddenSize, inner = config.intermediateSize;
  // Sizes are capped (Limits.h): the products fit.
  int64_t qRows = config.numAttentionHeads * config.headDim;
  int64_t kvRows = config.numKeyValueHeads * config.headDim;
  uint32_t qHeads = 0, kHeads = 0;
  if (parts.interleavedHeads) {
    qHeads = static_cast<uint32_t>(config.numAttentionHeads);
    kHeads = static_cast<uint32_t>(config.numKeyValueHeads);
  }

  std::vector<Slot> slots;
  slots.push_back({"embed.weight", {config.vocabSize, hidden}});
  slots.push_back({"final_norm.weight", {hidden}});
  slots.push_back({"head.weight",
                   {config.vocabSize, hidden},
                   parts.embedIsHead ? Presence::Absent : parts.head});
  for (int64_t layer = 0; layer < config.numLayers; ++layer) {
    std::string prefix = "layers." + std::to_string(layer) + ".";
    auto add = [&](const char *name, std::vector<int64_t> shape,
                   Presence presence = Presence::Required,
                   uint32_t interleaved = 0) {
      slots.push_back({prefix + name, std::move(shape), presence, interleaved});
    };
    add("input_norm.weight", {hidden});
    add("post_attention_norm.weight", {hidden});
    add("attn.q.weight", {qRows, hidden}, Presence::Required, qHeads);
    add("attn.k.weight", {kvRows, hidden}, Presence::Required, kHeads);
    add("attn.v.weight", {kvRows, hidden});
    add("attn.o.weight", {hidden, qRows});
    add("attn.q.bias", {qRows}, parts.qkvBias, qHeads);
    add("attn.k.bias", {kvRows}, parts.qkvBias, kHeads);
    add("attn.v.bias", {kvRows}, parts.qkvBias);
    add("attn.o.bias", {hidden}, parts.outputBias);
    add("attn.q_norm.weight", {config.headDim}, parts.headNorms);
    add("attn.k_norm.weight", {config.headDim}, parts.headNorms);
    add("mlp.gate.weight", {inner, hidden});
    add("mlp.up.weight", {inner, hidden});
    add("mlp.down.weight", {hidden, inner});
    add("mlp.gate.bias", {inner}, parts.mlpBias);
    add("mlp.up.bias", {inner}, parts.mlpBias);
    add("mlp.down.bias", {hidden}, parts.mlpBias);
  }
  return slots;
}

static void checkTensor(const FoundTensor &tensor, const Slot &slot,
                        Problems &problems) {
  if (tensor.shape != slot.shape)
    problems.add("tensor " + quoteName(tensor.name) + " has shape " +
                 shapeText(tensor.shape) + "; the config asks for " +
                 shapeText(slot.shape));
  if (!tensor.type)
    problems.add("not supported yet: tensor " + quoteName(tensor.name) +
                 " of type " + tensor.typeName);
  else if (slot.shape.size() == 1 && isBlockQuantized(*tensor.type))
    problems.add("not supported yet: vector " + quoteName(tensor.name) +
                 " of type " + tensor.typeName + "; accepted: F32, F16, BF16");
}

void collectDecoderTensors(const std::vector<FoundTensor> &found,
                           const DecoderParts &parts,
                           const TensorNaming &naming, Checkpoint &checkpoint,
                           Problems &problems) {
  std::unordered_map<std::string_view, const FoundTensor *> byName;
  for (const FoundTensor &tensor : found)
    if (!byName.emplace(tensor.name, &tensor).second)
      problems.add("tensor " + quoteName(tensor.name) + " is there twice");

  for (Slot &slot : decoderSlots(checkpoint.config, parts)) {
    if (slot.presence == Presence::Absent)
      continue;
    bool isHead = parts.embedIsHead && slot.name == "embed.weight";
    std::string sourceName =
        naming.sourceName(isHead ? "head.weight" : slot.name);
    auto entry = byName.find(sourceName);
    if (entry == byName.end()) {
      if (slot.presence == Presence::Required)
        problems.add("tensor '" + sourceName + "' is missing; expected shape " +
                     shapeText(slot.shape));
      continue;
    }
    const FoundTensor &tensor = *entry->second;
    byName.erase(entry);
    checkTensor(tensor, slot, problems);
    if (tensor.type)
      checkpoint.tensors.emplace(
          std::move(slot.name),
          SourceTensor{tensor.name, *tensor.type, tensor.shape, tensor.file,
                       tensor.offset, tensor.bytes, slot.interleavedHeads});
  }

  // In the file's order, so that the message does not depend on a hash.
  for (const FoundTensor &tensor : found) {
    if (byName.erase(tensor.name) == 0 || naming.isIgnored(tensor.name))
      continue;
    problems.add("tensor " + quoteName(tensor.name) + " of shape " +
                 shapeText(tensor.shape) + " is not part of " +
                 checkpoint.config.architecture + " with this config");
  }
}

std::string storedDtype(const std::map<std::string, SourceTensor> &tensors) {
  std::optional<SourceType> common;
  for (const auto &[name, tensor] : tensors) {
    if (tensor.shape.size() < 2)
      continue;
    if (common && *common != tensor.type)
      return "f32";
    common = tensor.type;
  }
  if (common == SourceType::BF16)
    return "bf16";
  if (common == SourceType::F16)
    return "f16";
  return "f32";
}

} // namespace llm
