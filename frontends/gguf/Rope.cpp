//===- Rope.cpp - Rotary embedding settings of GGUF metadata
//---------------===//
//
// See Rope.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Rope.h"

#include "frontends/Limits.h"

#include <cmath>
#include <cstring>

namespace llm::gguf {

RopeConfig readRope(const Metadata &metadata, const std::string &prefix,
                    const DecoderConfig &config, Problems &problems) {
  RopeConfig rope;
  auto positive = [&](const char *name, double fallback) {
    std::string key = prefix + name;
    double value = metadata.number(key, problems).value_or(fallback);
    if (value > 0)
      return value;
    problems.add(badValue(key, numberText(value), "a number above 0"));
    return fallback;
  };

  rope.theta = positive("rope.freq_base", 10000.0);
  if (rope.theta == 1.0)
    problems.add(badValue(prefix + "rope.freq_base", "1",
                          "a positive number other than 1"));

  // 0 means "none", as does a missing factor. The second key is the older
  // name of the first.
  std::string factorKey = prefix + "rope.scaling.factor";
  if (!metadata.has(factorKey))
    factorKey = prefix + "rope.scale_linear";
  double factor = metadata.number(factorKey, problems).value_or(0);
  if (factor < 0)
    problems.add(
        badValue(factorKey, numberText(factor), "0 or a number above"));
  rope.factor = factor > 0 ? factor : 1.0;

  // What llama.cpp takes when the key is missing.
  std::string_view type =
      metadata.string(prefix + "rope.scaling.type", problems)
          .value_or("linear");
  double attention = positive("rope.scaling.attn_factor", 1.0);
  if (type == "yarn") {
    rope.kind = RopeConfig::Yarn;
    rope.originalMaxPosition =
        metadata
            .integer(prefix + "rope.scaling.original_context_length", 1,
                     limits::kMaxPosition, problems)
            .value_or(config.maxPositionEmbeddings);
    rope.betaFast = positive("rope.scaling.yarn_beta_fast", 32.0);
    rope.betaSlow = positive("rope.scaling.yarn_beta_slow", 1.0);
    for (const char *name :
         {"rope.scaling.yarn_ext_factor", "rope.scaling.yarn_attn_factor"}) {
      double value = metadata.number(prefix + name, problems).value_or(1.0);
      if (value != 1.0)
        problems.add("not supported yet: " +
                     badValue(prefix + name, numberText(value), "1"));
    }
    // The key multiplies the factor that YaRN derives; ours replaces it.
    if (attention != 1.0)
      rope.attentionFactor =
          attention *
          (rope.factor > 1.0 ? 0.1 * std::log(rope.factor) + 1.0 : 1.0);
    return rope;
  }
  if (attention != 1.0)
    problems.add("not supported yet: " +
                 badValue(prefix + "rope.scaling.attn_factor",
                          numberText(attention), "1 where YaRN is not used"));
  if (type == "linear") {
    rope.kind = rope.factor == 1.0 ? RopeConfig::Default : RopeConfig::Linear;
  } else if (type == "none") {
    rope.kind = RopeConfig::Default;
    rope.factor = 1.0;
  } else {
    problems.add("not supported yet: rope scaling type " + quoteName(type) +
                 "; accepted: none, linear, yarn");
  }
  return rope;
}

void readRopeFactors(const FoundTensor &tensor, const uint8_t *data,
                     int64_t headDim, RopeConfig &rope, Problems &problems) {
  std::vector<int64_t> expected = {headDim / 2};
  if (tensor.type != SourceType::F32 || tensor.shape != expected) {
    problems.add("tensor " + quoteName(tensor.name) + " has type " +
                 tensor.typeName + " and shape " + shapeText(tensor.shape) +
                 "; accepted: F32 and " + shapeText(expected));
    return;
  }
  rope.freqFactors.resize(static_cast<size_t>(headDim / 2));
  std::memcpy(rope.freqFactors.data(), data + tensor.offset, tensor.bytes);
  for (float factor : rope.freqFactors) {
    if (std::isfinite(factor) && factor > 0)
      continue;
    problems.add("tensor " + quoteName(tensor.name) + " holds " +
                 numberText(factor) + "; accepted: finite numbers above 0");
    return;
  }
}

} // namespace llm::gguf
