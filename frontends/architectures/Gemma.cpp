//===- Gemma.cpp - Gemma 2 and Gemma 3, text ------------------------------===//
//
// Layers with a window between layers that see all. Gemma 2 caps scores and
// logits softly; Gemma 3 normalises heads instead, and layers with a window
// rotate by frequencies of their own. What attention and MLP give is normalised
// before it is added, and embeddings are scaled. Norms' scales are 1 + weight:
// opening the checkpoint sees to that.
//
//===----------------------------------------------------------------------===//

#include "frontends/architectures/Families.h"

#include <cmath>

using namespace mlir;
using namespace llm;

static Value writeLayer(ModelBuilder &m, Value hidden, Value rotary) {
  int64_t heads = m.config.numAttentionHeads,
          kvHeads = m.config.numKeyValueHeads;

  Value x = m.rmsNorm(hidden, "input_norm");
  Value q = m.linear(x, "attn.q");
  Value k = m.linear(x, "attn.k");
  Value v = m.linear(x, "attn.v");
  if (m.optionalWeight("attn.q_norm.weight")) {
    q = m.rmsNorm(q, "attn.q_norm", heads);
    k = m.rmsNorm(k, "attn.k_norm", kvHeads);
  }
  q = m.rope(q, rotary, heads);
  k = m.rope(k, rotary, kvHeads);
  Value attended = m.linear(m.attention(q, k, v), "attn.o");
  hidden = m.add(hidden, m.rmsNorm(attended, "attn.output_norm"));

  x = m.rmsNorm(hidden, "post_attention_norm");
  Value gate = m.linear(x, "mlp.gate");
  Value gated = m.mul(m.activation(gate), m.linear(x, "mlp.up"));
  Value output = m.linear(gated, "mlp.down");
  return m.add(hidden, m.rmsNorm(output, "mlp.output_norm"));
}

/// The square root of the hidden size, as the type that embeddings are stored
/// in has it: the reference rounds it so.
static float embeddingScale(const Checkpoint &checkpoint) {
  llvm::APFloat scale(
      std::sqrt(static_cast<float>(checkpoint.config.hiddenSize)));
  SourceType type = checkpoint.tensors.find("embed.weight")->second.type;
  bool lossy;
  if (type == SourceType::BF16 || type == SourceType::F16)
    scale.convert(type == SourceType::BF16 ? llvm::APFloat::BFloat()
                                           : llvm::APFloat::IEEEhalf(),
                  llvm::APFloat::rmNearestTiesToEven, &lossy);
  scale.convert(llvm::APFloat::IEEEsingle(), llvm::APFloat::rmNearestTiesToEven,
                &lossy);
  return scale.convertToFloat();
}

Value llm::writeGemma(ModelBuilder &m, Value tokens) {
  const DecoderConfig &config = m.config;
  Value positions = m.positions(tokens);
  Value global = m.rotaryTable(positions, config.rope);
  Value local = config.slidingRope
                    ? m.rotaryTable(positions, *config.slidingRope)
                    : global;
  Value hidden = m.scale(m.embedding(tokens), embeddingScale(m.checkpoint));
  hidden = m.repeatLayers(
      hidden, [&](int64_t layer) { return config.slidingWindow[layer]; },
      [&](Value h, int64_t layer) {
        return writeLayer(m, h, config.slidingWindow[layer] ? local : global);
      });
  return m.rmsNorm(hidden, "final_norm");
}
