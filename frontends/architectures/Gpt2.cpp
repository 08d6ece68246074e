//===- Gpt2.cpp - GPT-2 ---------------------------------------------------===//
//
// Radford et al. 2019: learned positions, layer norms, biases everywhere, an
// MLP without a gate.
//
//===----------------------------------------------------------------------===//

#include "frontends/architectures/Families.h"

using namespace mlir;
using namespace llm;

static Value writeLayer(ModelBuilder &m, Value hidden) {
  Value x = m.layerNorm(hidden, "input_norm");
  Value q = m.linear(x, "attn.q");
  Value k = m.linear(x, "attn.k");
  Value v = m.linear(x, "attn.v");
  hidden = m.add(hidden, m.linear(m.attention(q, k, v), "attn.o"));
  x = m.layerNorm(hidden, "post_attention_norm");
  Value inner = m.activation(m.linear(x, "mlp.up"));
  return m.add(hidden, m.linear(inner, "mlp.down"));
}

Value llm::writeGpt2(ModelBuilder &m, Value tokens) {
  Value hidden = m.embedding(tokens);
  Value places = m.embedding(m.positions(tokens), "positions");
  hidden = m.add(hidden, places);
  hidden = m.repeatLayers(
      hidden, [](int64_t) { return 0; },
      [&](Value h, int64_t) { return writeLayer(m, h); });
  return m.layerNorm(hidden, "final_norm");
}
