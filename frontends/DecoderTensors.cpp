//===- DecoderTensors.cpp - The tensors a decoder needs, checked
//-----------===//
//
// See DecoderTensors.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/DecoderTensors.h"

#include "frontends/PlainTensor.h"
#include "frontends/gguf/BlockFormats.h"

#include <tuple>
#include <unordered_map>

namespace llm {

namespace {
struct Slot {
  std::string name; ///< common name
  std::vector<int64_t> shape;
  Presence presence = Presence::Required;
  uint32_t interleavedHeads = 0;
  float addend = 0;
  bool transposed = false; ///< the file's shape is the other way round
  std::string stack = {};  ///< common name of what it is the next part of
  /// Common names of what the tensor is cut into, and rows of each; none: it
  /// is whole.
  std::vector<std::pair<std::string, int64_t>> pieces = {};
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
  auto addNorm = [&](const std::string &name, int64_t width,
                     Presence presence = Presence::Required) {
    Slot slot{name + ".weight", {width}, presence};
    slot.addend = parts.normAddend;
    slots.push_back(std::move(slot));
  };
  slots.push_back({"embed.weight", {config.vocabSize, hidden}});
  slots.push_back({"positions.weight",
                   {config.maxPositionEmbeddings, hidden},
                   parts.positions});
  addNorm("final_norm", hidden);
  slots.push_back({"final_norm.bias", {hidden}, parts.normBias});
  slots.push_back({"head.weight",
                   {config.vocabSize, hidden},
                   parts.embedIsHead ? Presence::Absent : parts.head});
  for (int64_t layer = 0; layer < config.numLayers; ++layer) {
    std::string prefix = "layers." + std::to_string(layer) + ".";
    // Linear layers of `columns` in features; several where they are fused.
    struct Piece {
      const char *name;
      int64_t rows;
      uint32_t interleaved = 0;
    };
    auto addLinear = [&](const char *fused, std::vector<Piece> pieces,
                         int64_t columns, Presence bias,
                         Presence presence = Presence::Required) {
      for (const char *suffix : {".weight", ".bias"}) {
        bool isBias = suffix[1] == 'b';
        Slot whole{prefix + (fused ? fused : "") + suffix,
                   {0},
                   isBias ? bias : presence};
        for (const Piece &piece : pieces) {
          Slot own{prefix + piece.name + suffix,
                   {piece.rows},
                   whole.presence,
                   piece.interleaved};
          whole.shape[0] += piece.rows;
          whole.pieces.emplace_back(own.name, piece.rows);
          if (!isBias)
            own.shape.push_back(columns);
          own.transposed = parts.transposed && !isBias;
          if (!fused)
            slots.push_back(std::move(own));
        }
        if (!isBias)
          whole.shape.push_back(columns);
        whole.transposed = parts.transposed && !isBias;
        if (fused)
          slots.push_back(std::move(whole));
      }
    };
    auto addNorms = [&](const char *name) {
      addNorm(prefix + name, hidden);
      slots.push_back({prefix + name + ".bias", {hidden}, parts.normBias});
    };
    addNorms("input_norm");
    addNorms("post_attention_norm");
    addNorm(prefix + "attn.output_norm", hidden, parts.outputNorms);
    addNorm(prefix + "mlp.output_norm", hidden, parts.outputNorms);
    addLinear(parts.fusedQkv ? "attn.qkv" : nullptr,
              {{"attn.q", qRows, qHeads},
               {"attn.k", kvRows, kHeads},
               {"attn.v", kvRows}},
              hidden, parts.qkvBias);
    addLinear(nullptr, {{"attn.o", hidden}}, qRows, parts.outputBias);
    addNorm(prefix + "attn.q_norm", config.headDim, parts.headNorms);
    addNorm(prefix + "attn.k_norm", config.headDim, parts.headNorms);
    if (parts.experts) {
      slots.push_back({prefix + "mlp.router.weight", {parts.experts, hidden}});
      for (int64_t expert = 0; expert < parts.experts; ++expert)
        for (auto [piece, rows, columns] :
             {std::tuple("gate", inner, hidden), {"up", inner, hidden},
              {"down", hidden, inner}}) {
          std::string name = prefix + "mlp.experts.";
          Slot slot{name + std::to_string(expert) + "." + piece + ".weight",
                    {rows, columns}};
          slot.stack = name + piece + ".weight";
          slots.push_back(std::move(slot));
        }
      continue;
    }
    if (parts.fusedGateUp) {
      addLinear("mlp.gate_up", {{"mlp.gate", inner}, {"mlp.up", inner}}, hidden,
                parts.mlpBias);
    } else {
      Presence gateBias =
          parts.gate == Presence::Absent ? Presence::Absent : parts.mlpBias;
      addLinear(nullptr, {{"mlp.gate", inner}}, hidden, gateBias, parts.gate);
      addLinear(nullptr, {{"mlp.up", inner}}, hidden, parts.mlpBias);
    }
    addLinear(nullptr, {{"mlp.down", hidden}}, inner, parts.mlpBias);
  }
  for (Slot &slot : slots)
    if (slot.transposed)
      std::swap(slot.shape[0], slot.shape[1]);
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

/// Puts a tensor, or the pieces that it is cut into, down by common names. It
/// has the slot's shape.
static void addTensor(const FoundTensor &found, Slot &slot,
                      std::map<std::string, SourceTensor> &tensors) {
  SourceTensor whole{found.name,           *found.type,  found.shape,
                     found.file,           found.offset, found.bytes,
                     slot.interleavedHeads};
  whole.addend = slot.addend;
  whole.transposed = slot.transposed;
  if (slot.transposed)
    std::swap(whole.shape[0], whole.shape[1]);
  if (!slot.stack.empty()) {
    SourceTensor &stack = tensors[slot.stack];
    if (stack.parts.empty())
      stack = SourceTensor{whole.name, whole.type, {0, whole.shape[1]}};
    stack.shape[0] += whole.shape[0];
    stack.bytes += whole.bytes;
    stack.parts.push_back(std::move(whole));
    return;
  }
  if (slot.pieces.size() < 2) {
    tensors.emplace(std::move(slot.name), std::move(whole));
    return;
  }
  // Rows lie one after another; of a transposed tensor, side by side.
  uint64_t rows = static_cast<uint64_t>(whole.shape[0]), first = 0;
  uint64_t rowBytes = slot.transposed ? elementBytes(whole.type)
                                      : whole.bytes / (rows ? rows : 1);
  for (auto &[name, count] : slot.pieces) {
    SourceTensor piece = whole;
    piece.shape[0] = count;
    piece.offset += first * rowBytes;
    piece.bytes = whole.bytes / rows * static_cast<uint64_t>(count);
    if (slot.transposed)
      piece.pitch = rows;
    tensors.emplace(std::move(name), std::move(piece));
    first += static_cast<uint64_t>(count);
  }
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
    // Files of the model without its head leave the prefix out.
    std::string_view prefix = naming.optionalPrefix;
    if (entry == byName.end() && !prefix.empty() &&
        sourceName.compare(0, prefix.size(), prefix) == 0)
      entry = byName.find(std::string_view(sourceName).substr(prefix.size()));
    if (entry == byName.end()) {
      if (slot.presence == Presence::Required)
        problems.add("tensor '" + sourceName + "' is missing; expected shape " +
                     shapeText(slot.shape));
      continue;
    }
    const FoundTensor &tensor = *entry->second;
    byName.erase(entry);
    checkTensor(tensor, slot, problems);
    if (!tensor.type || tensor.shape != slot.shape)
      continue;
    auto stack = checkpoint.tensors.find(slot.stack);
    if (stack != checkpoint.tensors.end() && stack->second.type != *tensor.type)
      problems.add("not supported yet: experts of several types: tensor " +
                   quoteName(tensor.name) + " is " + tensor.typeName);
    else
      addTensor(tensor, slot, checkpoint.tensors);
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
