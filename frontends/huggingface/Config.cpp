//===- Config.cpp - Reading config.json
//------------------------------------===//
//
// See Config.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Config.h"

#include "frontends/Limits.h"
#include "frontends/huggingface/Json.h"
#include "frontends/huggingface/Names.h"
#include "frontends/huggingface/Rope.h"

#include <algorithm>

namespace llm::huggingface {

namespace dom = simdjson::dom;

static std::string acceptedArchitectures() {
  size_t count;
  const ArchitectureRow *rows = architectureRows(count);
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += (i ? ", " : "") + std::string(rows[i].name);
  return text;
}

/// The row that "architectures" and "model_type" name together.
static const ArchitectureRow *findArchitecture(const JsonObject &config,
                                               Problems &problems) {
  std::optional<std::string_view> name;
  if (std::optional<dom::array> list = config.array("architectures")) {
    std::string_view text;
    if (list->size() != 1 || list->at(0).get(text)) {
      config.complain("architectures",
                      "a list of " + std::to_string(list->size()),
                      "a list with one of " + acceptedArchitectures());
      return nullptr;
    }
    name = text;
  }
  std::optional<std::string_view> type = config.string("model_type");
  if (!name && !type) {
    problems.add("neither 'architectures' nor 'model_type' is there; accepted: "
                 "architectures of " +
                 acceptedArchitectures());
    return nullptr;
  }
  size_t count;
  const ArchitectureRow *rows = architectureRows(count);
  for (size_t i = 0; i < count; ++i)
    if ((!name || *name == rows[i].name) &&
        (!type || *type == rows[i].modelType))
      return &rows[i];
  problems.add("not supported yet: architecture " +
               (name ? quoteName(*name) : "unnamed") +
               (type ? " of model_type " + quoteName(*type) : "") +
               "; accepted: " + acceptedArchitectures());
  return nullptr;
}

/// Things that would make the model compute something else than its class.
static void refuseVariants(const JsonObject &config, Problems &problems) {
  for (const char *key : {"quantization_config", "compression_config"}) {
    if (!config.has(key) || config.isNull(key))
      continue;
    std::string method = "unnamed";
    if (std::optional<JsonObject> settings = config.object(key))
      if (std::optional<std::string_view> text =
              settings->string("quant_method"))
        method = quoteName(*text);
    problems.add("not supported yet: weights quantized by method " + method +
                 " ('" + key + "'); accepted: unquantized weights, or GGUF");
  }
  if (config.has("per_layer_config") && !config.isNull("per_layer_config"))
    problems.add("not supported yet: 'per_layer_config'; accepted: one config "
                 "for all layers");
  if (!config.boolean("is_causal").value_or(true))
    problems.add("not supported yet: 'is_causal' false; accepted: true");
}

/// What activations are called in config.json, and by us.
static std::string readActivation(const JsonObject &config,
                                  ArchitectureRow::Family family,
                                  Problems &problems) {
  if (family == ArchitectureRow::Llama || family == ArchitectureRow::Mixtral ||
      family == ArchitectureRow::Phi3) {
    std::optional<std::string_view> act = config.string("hidden_act");
    if (act && *act != "silu" && *act != "swish")
      problems.add("not supported yet: 'hidden_act' " + quoteName(*act) +
                   "; accepted: 'silu'");
    return "silu";
  }
  const char *key = family == ArchitectureRow::Gpt2 ? "activation_function"
                                                    : "hidden_activation";
  std::string_view act = config.string(key).value_or("gelu_new");
  if (act == "gelu")
    return "gelu";
  if (act != "gelu_new" && act != "gelu_pytorch_tanh")
    problems.add("not supported yet: '" + std::string(key) + "' " +
                 quoteName(act) +
                 "; accepted: 'gelu', 'gelu_new', 'gelu_pytorch_tanh'");
  return "gelu_tanh";
}

/// Things that Gemma's and GPT-2's classes can do and we cannot.
static void refuseOptions(const JsonObject &config,
                          ArchitectureRow::Family family, Problems &problems) {
  auto refuseNumber = [&](const char *key) {
    if (std::optional<double> number = config.number(key))
      problems.add("not supported yet: '" + std::string(key) + "' " +
                   numberText(*number) + "; accepted: null");
  };
  auto refuseFlag = [&](const char *key, bool accepted) {
    if (config.boolean(key).value_or(accepted) != accepted)
      problems.add("not supported yet: '" + std::string(key) + "' " +
                   (accepted ? "false" : "true") +
                   "; accepted: " + (accepted ? "true" : "false"));
  };
  if (family == ArchitectureRow::Gemma2) {
    refuseFlag("use_bidirectional_attention", false);
  } else if (family == ArchitectureRow::Gemma3) {
    refuseNumber("attn_logit_softcapping");
    refuseNumber("final_logit_softcapping");
    refuseFlag("use_bidirectional_attention", false);
  } else if (family == ArchitectureRow::Gpt2) {
    refuseFlag("scale_attn_weights", true);
    refuseFlag("scale_attn_by_inverse_layer_idx", false);
    refuseFlag("add_cross_attention", false);
  }
}

/// A number from 0 to 1 that is there, or its default.
static double readEpsilon(const JsonObject &config, const char *key,
                          double fallback) {
  if (config.isNull(key))
    config.complain(key, "null", "a number from 0 to 1");
  double epsilon = config.number(key).value_or(fallback);
  if (!(epsilon >= 0 && epsilon <= 1))
    config.complain(key, numberText(epsilon), "a number from 0 to 1");
  return epsilon;
}

/// A whole number from 1 on; null only where the class says what it stands for.
static int64_t readSize(const JsonObject &config, const char *key, int64_t most,
                        int64_t fallback) {
  if (config.isNull(key))
    config.complain(key, "null", "a whole number");
  return config.integer(key, 1, most).value_or(fallback);
}

/// GPT-2 calls its sizes by names of its own; heads divide the hidden size.
static void readGpt2Sizes(const JsonObject &config, const ArchitectureRow &row,
                          DecoderConfig &decoder, Problems &problems) {
  auto size = [&](const char *key, int64_t most, int64_t fallback) {
    return readSize(config, key, most, fallback);
  };
  decoder.vocabSize = size("vocab_size", limits::kMaxVocab, row.vocabSize);
  decoder.hiddenSize = size("n_embd", limits::kMaxWidth, row.hiddenSize);
  decoder.numLayers = size("n_layer", limits::kMaxLayers, row.numLayers);
  decoder.numAttentionHeads = size("n_head", limits::kMaxHeads, row.numHeads);
  decoder.maxPositionEmbeddings =
      size("n_positions", limits::kMaxPosition, row.maxPosition);
  // null, too, is four times the hidden size.
  decoder.intermediateSize = config.integer("n_inner", 1, limits::kMaxWidth)
                                 .value_or(4 * decoder.hiddenSize);
  decoder.numKeyValueHeads = decoder.numAttentionHeads;
  decoder.headDim = decoder.hiddenSize / decoder.numAttentionHeads;
  if (decoder.hiddenSize % decoder.numAttentionHeads != 0 ||
      decoder.headDim % 2 != 0 || decoder.headDim > limits::kMaxHeadDim)
    problems.add("'n_embd' is " + std::to_string(decoder.hiddenSize) +
                 " and 'n_head' " + std::to_string(decoder.numAttentionHeads) +
                 "; accepted: heads of an even width from 2 to " +
                 std::to_string(limits::kMaxHeadDim));
  decoder.rmsNormEps = readEpsilon(config, "layer_norm_epsilon", 1e-5);
  decoder.tieWordEmbeddings =
      config.boolean("tie_word_embeddings").value_or(true);
  decoder.rope.kind = RopeConfig::None;
}

static void readSizes(const JsonObject &config, const ArchitectureRow &row,
                      DecoderConfig &decoder, Problems &problems) {
  auto size = [&](const char *key, int64_t most, int64_t fallback) {
    return readSize(config, key, most, fallback);
  };
  decoder.vocabSize = size("vocab_size", limits::kMaxVocab, row.vocabSize);
  decoder.hiddenSize = size("hidden_size", limits::kMaxWidth, row.hiddenSize);
  decoder.intermediateSize =
      size("intermediate_size", limits::kMaxWidth, row.intermediateSize);
  decoder.numLayers =
      size("num_hidden_layers", limits::kMaxLayers, row.numLayers);
  decoder.numAttentionHeads =
      size("num_attention_heads", limits::kMaxHeads, row.numHeads);
  decoder.maxPositionEmbeddings =
      size("max_position_embeddings", limits::kMaxPosition, row.maxPosition);

  int64_t heads = decoder.numAttentionHeads;
  int64_t kvFallback = row.numKeyValueHeads ? row.numKeyValueHeads : heads;
  if (config.isNull("num_key_value_heads"))
    kvFallback = heads;
  decoder.numKeyValueHeads =
      config.integer("num_key_value_heads", 1, limits::kMaxHeads)
          .value_or(kvFallback);
  if (heads % decoder.numKeyValueHeads != 0)
    problems.add("'num_attention_heads' is " + std::to_string(heads) +
                 " and 'num_key_value_heads' " +
                 std::to_string(decoder.numKeyValueHeads) +
                 "; accepted: the first a multiple of the second");

  std::optional<int64_t> headDim =
      config.integer("head_dim", 1, limits::kMaxHeadDim);
  if (!headDim && row.headDim && !config.isNull("head_dim"))
    headDim = row.headDim;
  // Rounded down, as the reference does; the tensors' shapes have to agree.
  decoder.headDim = headDim.value_or(decoder.hiddenSize / heads);
  if (decoder.headDim % 2 != 0 || decoder.headDim == 0 ||
      decoder.headDim > limits::kMaxHeadDim)
    problems.add("the head dimension is " + std::to_string(decoder.headDim) +
                 "; accepted: an even number from 2 to " +
                 std::to_string(limits::kMaxHeadDim));

  decoder.rmsNormEps =
      readEpsilon(config, "rms_norm_eps",
                  row.family == ArchitectureRow::Phi3 ||
                          row.family == ArchitectureRow::Mixtral
                      ? 1e-5
                      : 1e-6);
  decoder.tieWordEmbeddings =
      config.boolean("tie_word_embeddings").value_or(row.isGemma());
  if (row.family == ArchitectureRow::Mixtral) {
    decoder.numExperts = size("num_local_experts", limits::kMaxExperts, 8);
    decoder.numExpertsPerToken =
        size("num_experts_per_tok", limits::kMaxExperts, 2);
    if (decoder.numExpertsPerToken > decoder.numExperts)
      problems.add("'num_experts_per_tok' is " +
                   std::to_string(decoder.numExpertsPerToken) +
                   "; accepted: no more than the " +
                   std::to_string(decoder.numExperts) +
                   " of 'num_local_experts'");
  }
  if (row.isGemma())
    decoder.attentionScalar = static_cast<double>(
        config.integer("query_pre_attn_scalar", 1, limits::kMaxWidth)
            .value_or(256));
}

/// Soft caps of Gemma 2, null where there are none.
static void readSoftCaps(const JsonObject &config, DecoderConfig &decoder) {
  auto read = [&](const char *key, double fallback) {
    if (config.isNull(key))
      return 0.0;
    double cap = config.number(key).value_or(fallback);
    if (!(cap > 0 && cap < 1e30))
      config.complain(key, numberText(cap), "a number above 0");
    return cap;
  };
  decoder.attentionSoftCap = read("attn_logit_softcapping", 50);
  decoder.finalSoftCap = read("final_logit_softcapping", 30);
}

static void readWindows(const JsonObject &config, const ArchitectureRow &row,
                        DecoderConfig &decoder, Problems &problems) {
  size_t layers = static_cast<size_t>(decoder.numLayers);
  decoder.slidingWindow.assign(layers, 0);
  std::optional<dom::array> layerTypes = config.array("layer_types");
  if (row.window == ArchitectureRow::NoWindow)
    layerTypes.reset(); // the class does not know the field

  int64_t window = 0;
  if (row.window == ArchitectureRow::LayerTypes &&
      config.isNull("sliding_window"))
    config.complain("sliding_window", "null", "a whole number");
  if (row.window != ArchitectureRow::NoWindow &&
      !config.isNull("sliding_window"))
    window = config.integer("sliding_window", 1, limits::kMaxPosition)
                 .value_or(row.slidingWindow);
  if (row.window == ArchitectureRow::ByLayerTypes &&
      !config.boolean("use_sliding_window").value_or(false))
    window = 0;

  if (!layerTypes && row.window == ArchitectureRow::LayerTypes) {
    // All but every sixth layer slide; in Gemma 2, all but every second.
    int64_t pattern =
        row.family == ArchitectureRow::Gemma2
            ? 2
            : config.integer("sliding_window_pattern", 1, limits::kMaxLayers)
                  .value_or(6);
    for (size_t layer = 0; layer < layers; ++layer)
      if ((static_cast<int64_t>(layer) + 1) % pattern != 0)
        decoder.slidingWindow[layer] = window;
    return;
  }
  if (!layerTypes) {
    size_t first = 0;
    if (row.window == ArchitectureRow::ByLayerTypes)
      first = static_cast<size_t>(
          config.integer("max_window_layers", 0, limits::kMaxPosition)
              .value_or(28));
    for (size_t layer = first; layer < layers; ++layer)
      decoder.slidingWindow[layer] = window;
    return;
  }

  if (layerTypes->size() != layers) {
    config.complain(
        "layer_types", "a list of " + std::to_string(layerTypes->size()),
        "a list of " + std::to_string(layers) + ", one for each layer");
    return;
  }
  size_t layer = 0;
  for (element item : *layerTypes) {
    std::string_view type;
    if (item.get(type))
      type = kindName(item);
    bool slides = type == "sliding_attention";
    if (!slides && type != "full_attention" && type != "attention") {
      problems.add("not supported yet: layer " + std::to_string(layer) +
                   " of type " + quoteName(type) +
                   "; accepted: full_attention, sliding_attention");
      return;
    }
    // Mistral's class slides on every layer whatever layer_types says.
    bool contradicts =
        slides ? window == 0
               : row.window == ArchitectureRow::EveryLayer && window != 0;
    if (contradicts) {
      problems.add("'layer_types' says " + quoteName(type) + " for layer " +
                   std::to_string(layer) + " but the sliding window is " +
                   (window ? std::to_string(window) : "off") +
                   "; accepted: layer types that agree with 'sliding_window'" +
                   (row.window == ArchitectureRow::ByLayerTypes
                        ? " and 'use_sliding_window'"
                        : ""));
      return;
    }
    decoder.slidingWindow[layer++] = slides ? window : 0;
  }
}

static void readRopes(const JsonObject &config, ArchitectureRow::Family family,
                      DecoderConfig &decoder, Problems &problems) {
  if (family == ArchitectureRow::Gpt2)
    return;
  if (family == ArchitectureRow::Gemma3)
    return readGemma3Ropes(config, decoder, problems);
  bool isPhi3 = family == ArchitectureRow::Phi3;
  double theta = family == ArchitectureRow::Mixtral ? 1e6 : 1e4;
  decoder.rope = readRope(config, decoder, /*partial=*/isPhi3, theta, problems);
  // The class knows no other.
  if (isPhi3 && decoder.rope.kind != RopeConfig::Default &&
      decoder.rope.kind != RopeConfig::LongRope)
    problems.add("scaled rotary frequencies of Phi-3 that are not longrope; "
                 "accepted: rope types 'default', 'longrope'");
}

static void readParts(const JsonObject &config, const ArchitectureRow &row,
                      bool tied, int64_t experts, DecoderParts &parts) {
  auto presence = [](bool present) {
    return present ? Presence::Required : Presence::Absent;
  };
  bool attentionBias = row.bias == ArchitectureRow::AttentionBias &&
                       config.boolean("attention_bias").value_or(false);
  bool qkvBias = attentionBias || row.bias == ArchitectureRow::QkvBias;
  bool mlpBias = row.hasMlpBias && config.boolean("mlp_bias").value_or(false);
  parts.qkvBias = presence(qkvBias);
  parts.outputBias = presence(attentionBias);
  parts.mlpBias = presence(mlpBias);
  parts.headNorms = presence(row.headNorms);
  parts.head = tied ? Presence::IfStored : Presence::Required;
  switch (row.family) {
  case ArchitectureRow::Llama:
    break;
  case ArchitectureRow::Mixtral:
    parts.experts = experts;
    break;
  case ArchitectureRow::Gemma2:
  case ArchitectureRow::Gemma3:
    parts.outputNorms = Presence::Required;
    parts.normAddend = 1;
    break;
  case ArchitectureRow::Phi3:
    parts.fusedQkv = parts.fusedGateUp = true;
    break;
  case ArchitectureRow::Gpt2:
    parts.qkvBias = parts.outputBias = parts.mlpBias = parts.normBias =
        parts.positions = Presence::Required;
    parts.gate = Presence::Absent;
    parts.fusedQkv = parts.transposed = true;
    break;
  }
}

/// One id as -1 (none) or inside the vocabulary; false with a problem noted.
static bool readId(const JsonObject &config, std::string_view key,
                   element value, int64_t vocabSize,
                   std::optional<int32_t> &id) {
  int64_t number;
  if ((value.is_int64() || value.is_uint64()) && !value.get(number)) {
    if (number == -1)
      return true;
    if (number >= 0 && number < vocabSize) {
      id = static_cast<int32_t>(number);
      return true;
    }
    config.complain(key, std::to_string(number),
                    "an id from 0 to " + std::to_string(vocabSize - 1));
    return false;
  }
  config.complain(key, kindName(value), "a token id");
  return false;
}

static void readIds(const JsonObject &config, int64_t vocabSize,
                    SpecialIds &ids) {
  // A list of ids larger than any tokenizer's is not copied.
  constexpr size_t kMaxEndTokens = 4096;
  if (std::optional<element> bos = config.find("bos_token_id");
      bos && !bos->is_null()) {
    dom::array list;
    // Several start tokens: a speech model's; none of ours reads them.
    if (bos->get(list))
      readId(config, "bos_token_id", *bos, vocabSize, ids.bos);
    else
      config.complain("bos_token_id", "a list", "a token id");
  }
  std::optional<element> eos = config.find("eos_token_id");
  if (!eos || eos->is_null())
    return;
  dom::array list;
  auto add = [&](element value) {
    std::optional<int32_t> id;
    if (!readId(config, "eos_token_id", value, vocabSize, id))
      return false;
    if (id && std::find(ids.end.begin(), ids.end.end(), *id) == ids.end.end())
      ids.end.push_back(*id);
    return true;
  };
  if (eos->get(list)) {
    add(*eos);
    return;
  }
  if (list.size() > kMaxEndTokens) {
    config.complain("eos_token_id", "a list of " + std::to_string(list.size()),
                    "at most " + std::to_string(kMaxEndTokens) + " ids");
    return;
  }
  for (element item : list)
    if (!add(item))
      return;
}

bool readConfig(std::string_view text, const std::string &where,
                FolderConfig &config, std::string &error) {
  JsonDocument document;
  std::string reason;
  if (!document.parse(text, reason)) {
    error = where + ": " + reason;
    return false;
  }
  Problems problems;
  JsonObject root = document.root(problems);
  const ArchitectureRow *row = findArchitecture(root, problems);
  refuseVariants(root, problems);
  if (row) {
    DecoderConfig &decoder = config.decoder;
    decoder.architecture = row->name;
    config.naming = row->naming ? row->naming : &kTensorNaming;
    decoder.hiddenAct = readActivation(root, row->family, problems);
    refuseOptions(root, row->family, problems);
    if (row->family == ArchitectureRow::Gpt2)
      readGpt2Sizes(root, *row, decoder, problems);
    else
      readSizes(root, *row, decoder, problems);
    if (row->family == ArchitectureRow::Gemma2)
      readSoftCaps(root, decoder);
    readWindows(root, *row, decoder, problems);
    readRopes(root, row->family, decoder, problems);
    readParts(root, *row, decoder.tieWordEmbeddings, decoder.numExperts,
              config.parts);
    readIds(root, decoder.vocabSize, config.ids);
  }
  if (problems.empty())
    return true;
  error = problems.text(where);
  return false;
}

bool readGenerationConfig(std::string_view text, const std::string &where,
                          int64_t vocabSize, SpecialIds &ids,
                          std::string &error) {
  JsonDocument document;
  std::string reason;
  if (!document.parse(text, reason)) {
    error = where + ": " + reason;
    return false;
  }
  Problems problems;
  readIds(document.root(problems), vocabSize, ids);
  if (problems.empty())
    return true;
  error = problems.text(where);
  return false;
}

} // namespace llm::huggingface
