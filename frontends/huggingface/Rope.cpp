//===- Rope.cpp - Rotary embedding settings of a config.json
//---------------===//
//
// See Rope.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Rope.h"

#include "frontends/Limits.h"

#include <cmath>

namespace llm::huggingface {

/// The object that holds the settings. `rope_scaling` wins over
/// `rope_parameters` unless it is null or empty.
static std::optional<JsonObject> findSettings(const JsonObject &config) {
  std::optional<JsonObject> scaling = config.object("rope_scaling");
  if (scaling && scaling->all().size() != 0)
    return scaling;
  return config.object("rope_parameters");
}

/// `key` is what the base is called beside the settings.
static double readTheta(const JsonObject &config,
                        const std::optional<JsonObject> &settings,
                        std::string_view key = "rope_theta",
                        double fallback = 10000.0) {
  bool inSettings = settings && settings->has("rope_theta");
  const JsonObject &holder = inSettings ? *settings : config;
  if (inSettings)
    key = "rope_theta";
  if (!holder.has(key))
    return fallback;
  std::optional<double> theta = holder.number(key);
  if (theta && *theta > 0 && *theta != 1.0)
    return *theta;
  // A value of a wrong kind is noted already.
  if (theta || holder.isNull(key))
    holder.complain(key, theta ? numberText(*theta) : "null",
                    "a positive number other than 1");
  return fallback;
}

namespace {
/// Reads the members that one kind of scaling needs.
class ScalingReader {
public:
  ScalingReader(const JsonObject &config, const JsonObject &settings,
                const DecoderConfig &decoder, RopeConfig &rope)
      : config(config), settings(settings), decoder(decoder), rope(rope) {}

  void readLinear() { rope.factor = required("factor"); }

  void readDynamic() {
    rope.factor = required("factor");
    // The reference grows the base from the config's own length.
    rope.originalMaxPosition = decoder.maxPositionEmbeddings;
    if (decoder.headDim <= 2)
      settings.complain("rope_type",
                        "'dynamic' with head_dim " +
                            std::to_string(decoder.headDim),
                        "'dynamic' with a head_dim above 2");
  }

  void readLlama3() {
    rope.factor = required("factor");
    rope.lowFreqFactor = required("low_freq_factor");
    rope.highFreqFactor = required("high_freq_factor");
    readOriginalLength();
    if (rope.lowFreqFactor == rope.highFreqFactor)
      settings.complain("high_freq_factor", numberText(rope.highFreqFactor),
                        "a number other than low_freq_factor");
  }

  void readYarn() {
    readOriginalLength();
    if (settings.isNull("factor") && rope.originalMaxPosition > 0)
      rope.factor = double(decoder.maxPositionEmbeddings) /
                    double(rope.originalMaxPosition);
    else
      rope.factor = required("factor");
    // 0 stands for the default, as in the reference.
    rope.betaFast = optional("beta_fast").value_or(32.0);
    rope.betaSlow = optional("beta_slow").value_or(1.0);
    rope.attentionFactor = settings.number("attention_factor");
    rope.mscale = optional("mscale");
    rope.mscaleAllDim = optional("mscale_all_dim");
    if (!rope.mscale || !rope.mscaleAllDim)
      rope.mscale = rope.mscaleAllDim = std::nullopt; // only read as a pair
    if (settings.isNull("truncate"))
      settings.complain("truncate", "null", "true, false");
    rope.truncate = settings.boolean("truncate").value_or(true);
  }

  void readLongRope() {
    readOriginalLength();
    rope.attentionFactor = settings.number("attention_factor");
    double factor = settings.number("factor").value_or(
        double(decoder.maxPositionEmbeddings) /
        double(rope.originalMaxPosition));
    if (!rope.attentionFactor && factor > 1 && rope.originalMaxPosition == 1)
      settings.complain("original_max_position_embeddings", "1",
                        "a whole number above 1, or an attention_factor");
    if (!rope.attentionFactor)
      rope.attentionFactor =
          factor <= 1 ? 1
                      : std::sqrt(1 + std::log(factor) /
                                          std::log(rope.originalMaxPosition));
    rope.shortFactors = readFactors("short_factor");
    rope.longFactors = readFactors("long_factor");
  }

private:
  /// What each frequency is divided by.
  std::vector<float> readFactors(std::string_view key) {
    size_t count = (rope.dim ? rope.dim : decoder.headDim) / 2;
    std::string accepted =
        "a list of " + std::to_string(count) + " numbers above 0";
    std::vector<float> factors;
    std::optional<simdjson::dom::array> list = settings.array(key);
    if (!list) {
      settings.complain(key, "missing", accepted);
      return factors;
    }
    for (simdjson::dom::element item : *list) {
      double factor;
      if (item.get(factor) || !(factor > 0 && factor < 1e30)) {
        settings.complain(key, "a list with another item", accepted);
        return factors;
      }
      factors.push_back(static_cast<float>(factor));
    }
    if (list->size() != count)
      settings.complain(key, "a list of " + std::to_string(list->size()),
                        accepted);
    return factors;
  }

  double required(std::string_view key) {
    std::optional<double> value = settings.number(key);
    if (value && *value > 0)
      return *value;
    if (value)
      settings.complain(key, numberText(*value), "a number above 0");
    else if (!settings.has(key) || settings.isNull(key))
      settings.complain(key, settings.has(key) ? "null" : "missing",
                        "a number above 0");
    return 1.0;
  }

  /// Nothing for a missing member, null and 0.
  std::optional<double> optional(std::string_view key) {
    std::optional<double> value = settings.number(key);
    if (!value || *value == 0)
      return std::nullopt;
    if (*value > 0)
      return value;
    settings.complain(key, numberText(*value), "a number above 0");
    return std::nullopt;
  }

  /// The config's own member has priority, then the settings', then the
  /// config's full length.
  void readOriginalLength() {
    const char *key = "original_max_position_embeddings";
    const JsonObject &holder = config.has(key) ? config : settings;
    if (holder.isNull(key))
      holder.complain(key, "null", "a whole number");
    rope.originalMaxPosition = holder.integer(key, 1, limits::kMaxPosition)
                                   .value_or(decoder.maxPositionEmbeddings);
  }

  const JsonObject &config, &settings;
  const DecoderConfig &decoder;
  RopeConfig &rope;
};
} // namespace

/// How the settings, which may be missing, scale the frequencies.
static void readScaling(const JsonObject &config,
                        const std::optional<JsonObject> &settings,
                        const DecoderConfig &decoder, RopeConfig &rope,
                        Problems &problems) {
  if (!settings)
    return;
  for (simdjson::dom::key_value_pair member : settings->all()) {
    if (member.value.is_object()) {
      problems.add("not supported yet: rotary settings of their own for " +
                   quoteName(member.key) +
                   "; accepted: one set for all layers");
      return;
    }
  }

  std::optional<std::string_view> type = settings->string("rope_type");
  if (!type)
    type = settings->string("type");
  std::string_view kind = type.value_or("default");
  ScalingReader reader(config, *settings, decoder, rope);
  if (kind == "default") {
    rope.kind = RopeConfig::Default;
  } else if (kind == "linear") {
    rope.kind = RopeConfig::Linear;
    reader.readLinear();
  } else if (kind == "dynamic") {
    rope.kind = RopeConfig::Dynamic;
    reader.readDynamic();
  } else if (kind == "yarn") {
    rope.kind = RopeConfig::Yarn;
    reader.readYarn();
  } else if (kind == "llama3") {
    rope.kind = RopeConfig::Llama3;
    reader.readLlama3();
  } else if (kind == "longrope" || kind == "su") {
    rope.kind = RopeConfig::LongRope;
    reader.readLongRope();
  } else {
    problems.add(
        "not supported yet: rope type " + quoteName(kind) +
        "; accepted: default, linear, dynamic, yarn, llama3, longrope");
  }
}

RopeConfig readRope(const JsonObject &config, const DecoderConfig &decoder,
                    bool partial, double theta, Problems &problems) {
  RopeConfig rope;
  std::optional<JsonObject> settings = findSettings(config);
  rope.theta = readTheta(config, settings, "rope_theta", theta);

  const char *key = "partial_rotary_factor";
  const JsonObject &holder =
      settings && settings->has(key) ? *settings : config;
  double factor = holder.number(key).value_or(1.0);
  if (factor != 1.0 && !partial)
    problems.add("not supported yet: partial_rotary_factor " +
                 numberText(factor) + "; accepted: 1");
  if (partial) {
    double dim = static_cast<double>(decoder.headDim) * factor;
    rope.dim = dim >= 2 && factor <= 1 ? static_cast<int64_t>(dim) : 0;
    if (rope.dim == 0 || rope.dim % 2 != 0)
      holder.complain(key, numberText(factor),
                      "a number up to 1 that makes the columns of a head that "
                      "are rotated an even number");
  }
  readScaling(config, settings, decoder, rope, problems);
  return rope;
}

void readGemma3Ropes(const JsonObject &config, DecoderConfig &decoder,
                     Problems &problems) {
  std::optional<JsonObject> both = config.object("rope_parameters"), full,
                            sliding, scaling = config.object("rope_scaling");
  if (both) {
    full = both->object("full_attention");
    sliding = both->object("sliding_attention");
    if (!full && !sliding && both->all().size() != 0)
      config.complain("rope_parameters", "one set for all layers",
                      "an object with 'full_attention' and "
                      "'sliding_attention'");
  }
  if (scaling && scaling->all().size() != 0) {
    if (full)
      config.complain("rope_scaling", "an object beside 'rope_parameters'",
                      "one of the two");
    full = scaling;
  }
  decoder.rope.theta = readTheta(config, full, "rope_theta", 1e6);
  readScaling(config, full, decoder, decoder.rope, problems);
  decoder.slidingRope.emplace();
  decoder.slidingRope->theta =
      readTheta(config, sliding, "rope_local_base_freq", 1e4);
  readScaling(config, sliding, decoder, *decoder.slidingRope, problems);
}

} // namespace llm::huggingface
