//===- Config.cpp - A decoder's sizes from GGUF metadata
//-------------------===//
//
// See Config.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Config.h"

#include "frontends/Limits.h"
#include "frontends/gguf/Rope.h"

#include <algorithm>
#include <set>

namespace llm::gguf {

namespace {
/// Reads the keys of one architecture and remembers which were read.
class ConfigReader {
public:
  ConfigReader(const Metadata &metadata,
               const std::vector<FoundTensor> &tensors,
               const ArchitectureRow &row, DecoderConfig &config,
               Problems &problems)
      : metadata(metadata), tensors(tensors),
        prefix(std::string(row.name) + "."), config(config),
        problems(problems) {}

  void read() {
    readSizes();
    readHeadDim();
    readVocab();
    readWindows();
    for (const char *name : kRopeKeys)
      known.insert(prefix + name);
    config.rope = readRope(metadata, prefix, config, problems);
    refuseUnknownKeys();
  }

private:
  /// The full key, marked as known.
  const std::string &key(const char *name) {
    return *known.insert(prefix + name).first;
  }
  int64_t required(const char *name, int64_t most) {
    const std::string &full = key(name);
    if (!metadata.has(full))
      problems.add(badValue(full, "missing", "a whole number"));
    return metadata.layerInteger(full, 1, most, problems).value_or(1);
  }

  void readSizes();
  void readHeadDim();
  void readVocab();
  void readWindows();
  void refuseUnknownKeys();

  const Metadata &metadata;
  const std::vector<FoundTensor> &tensors;
  const std::string prefix;
  DecoderConfig &config;
  Problems &problems;
  std::set<std::string> known;
};
} // namespace

void ConfigReader::readSizes() {
  config.numLayers = required("block_count", limits::kMaxLayers);
  config.maxPositionEmbeddings =
      required("context_length", limits::kMaxPosition);
  config.hiddenSize = required("embedding_length", limits::kMaxWidth);
  config.intermediateSize = required("feed_forward_length", limits::kMaxWidth);
  config.numAttentionHeads =
      required("attention.head_count", limits::kMaxHeads);
  config.numKeyValueHeads = metadata
                                .layerInteger(key("attention.head_count_kv"), 1,
                                              limits::kMaxHeads, problems)
                                .value_or(config.numAttentionHeads);
  if (config.numAttentionHeads % config.numKeyValueHeads != 0)
    problems.add(badValue(key("attention.head_count"),
                          std::to_string(config.numAttentionHeads),
                          "a multiple of head_count_kv, " +
                              std::to_string(config.numKeyValueHeads)));

  const std::string &epsilon = key("attention.layer_norm_rms_epsilon");
  std::optional<double> value = metadata.number(epsilon, problems);
  if (!value ? !metadata.has(epsilon) : !(*value >= 0 && *value <= 1))
    problems.add(badValue(epsilon, value ? numberText(*value) : "missing",
                          "a number from 0 to 1"));
  config.rmsNormEps = value.value_or(1e-6);
}

void ConfigReader::readHeadDim() {
  int64_t heads = config.numAttentionHeads;
  std::optional<int64_t> keyLength = metadata.integer(
      key("attention.key_length"), 1, limits::kMaxHeadDim, problems);
  // Rounded down, as llama.cpp does; the tensors' shapes have to agree.
  config.headDim = keyLength.value_or(config.hiddenSize / heads);
  if (config.headDim % 2 != 0 || config.headDim == 0 ||
      config.headDim > limits::kMaxHeadDim)
    problems.add("the head dimension is " + std::to_string(config.headDim) +
                 "; accepted: an even number from 2 to " +
                 std::to_string(limits::kMaxHeadDim));
  for (const char *name : {"attention.value_length", "rope.dimension_count"}) {
    std::optional<int64_t> other =
        metadata.integer(key(name), 1, limits::kMaxHeadDim, problems);
    if (other && *other != config.headDim)
      problems.add(
          "not supported yet: " +
          badValue(key(name), std::to_string(*other),
                   "the length of keys, " + std::to_string(config.headDim)));
  }
}

/// The embedding's rows count; vocab_size, where it is there, may leave out
/// padding.
void ConfigReader::readVocab() {
  metadata.integer(key("vocab_size"), 1, limits::kMaxVocab, problems);
  std::string name = kTensorNaming.sourceName("embed.weight");
  auto embed =
      std::find_if(tensors.begin(), tensors.end(),
                   [&](const FoundTensor &t) { return t.name == name; });
  if (embed == tensors.end()) {
    problems.add("tensor '" + name + "' is missing");
    return;
  }
  config.vocabSize = embed->shape.front();
  if (embed->shape.size() != 2 || config.vocabSize > limits::kMaxVocab) {
    problems.add("tensor '" + name + "' has shape " + shapeText(embed->shape) +
                 "; accepted: a matrix of at most " +
                 std::to_string(limits::kMaxVocab) + " rows");
    config.vocabSize = 1;
  }
}

void ConfigReader::readWindows() {
  size_t layers = static_cast<size_t>(config.numLayers);
  config.slidingWindow.assign(layers, 0);
  const std::string &windowKey = key("attention.sliding_window");
  const std::string &patternKey = key("attention.sliding_window_pattern");
  int64_t window =
      metadata.integer(windowKey, 0, limits::kMaxPosition, problems)
          .value_or(0);
  if (window == 0)
    return;
  if (!metadata.has(patternKey)) {
    if (prefix == "llama.")
      config.slidingWindow.assign(layers, window);
    else
      problems.add("not supported yet: " +
                   badValue(windowKey, std::to_string(window),
                            "0, or a pattern of layers beside it"));
    return;
  }
  const Value &pattern = metadata.all().find(patternKey)->second;
  if (!pattern.isArray || pattern.type != ValueType::Bool ||
      pattern.count != layers) {
    problems.add("not supported yet: " +
                 badValue(patternKey, "something else",
                          "an array of " + std::to_string(layers) + " bools"));
    return;
  }
  for (size_t layer = 0; layer < layers; ++layer)
    config.slidingWindow[layer] = pattern.data[layer] ? window : 0;
}

void ConfigReader::refuseUnknownKeys() {
  // Says how the file was made, or tunes what we do not read.
  for (const char *name :
       {"tensor_data_layout", "rope.scaling.finetuned", "expert_count",
        "expert_used_count", "attention.causal"})
    key(name);
  int64_t experts =
      metadata.integer(key("expert_count"), 0, limits::kMaxWidth, problems)
          .value_or(0);
  if (experts != 0)
    problems.add("not supported yet: " +
                 badValue(key("expert_count"), std::to_string(experts), "0"));
  if (!metadata.boolean(key("attention.causal"), problems).value_or(true))
    problems.add("not supported yet: " +
                 badValue(key("attention.causal"), "false", "true"));

  for (const auto &[name, value] : metadata.all()) {
    if (name.substr(0, prefix.size()) != prefix ||
        known.count(std::string(name)) != 0 || metadata.isZero(name))
      continue;
    problems.add("not supported yet: the key " + quoteName(name) +
                 ", which may change what the model computes");
  }
}

void readConfig(const Metadata &metadata,
                const std::vector<FoundTensor> &tensors,
                const ArchitectureRow &row, DecoderConfig &config,
                Problems &problems) {
  config.architecture = row.architecture;
  config.hiddenAct = "silu";
  ConfigReader(metadata, tensors, row, config, problems).read();
}

} // namespace llm::gguf
