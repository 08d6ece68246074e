//===- Llama.cpp - Llama, Mistral, Mixtral, Qwen2, Qwen3, Phi-3 -----------===//
//
// One family: pre-norm decoders with rotary grouped-query attention and a gated
// MLP. What tells its members apart (biases, norms of q and k, windows, how
// much of a head is rotated) shows in the checkpoint's tensors and config.
//
//===----------------------------------------------------------------------===//

#include "frontends/architectures/Families.h"

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
  hidden = m.add(hidden, m.linear(m.attention(q, k, v), "attn.o"));

  x = m.rmsNorm(hidden, "post_attention_norm");
  if (m.config.numExperts)
    return m.add(hidden, m.experts(x));
  Value gate = m.linear(x, "mlp.gate");
  Value gated = m.mul(m.activation(gate), m.linear(x, "mlp.up"));
  return m.add(hidden, m.linear(gated, "mlp.down"));
}

Value llm::writeLlama(ModelBuilder &m, Value tokens) {
  Value rotary = m.rotaryTable(m.positions(tokens), m.config.rope);
  Value hidden = m.embedding(tokens);
  hidden = m.repeatLayers(
      hidden, [&](int64_t layer) { return m.config.slidingWindow[layer]; },
      [&](Value h, int64_t) { return writeLayer(m, h, rotary); });
  return m.rmsNorm(hidden, "final_norm");
}
