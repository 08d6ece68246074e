//===- Llama.cpp - Llama, Mistral, Qwen2 and Qwen3 ------------------------===//
//
// One family: pre-norm decoders with rotary grouped-query attention and a gated
// MLP. What tells its members apart (biases, norms of q and k, windows) shows
// in the checkpoint's tensors and config.
//
//===----------------------------------------------------------------------===//

#include "frontends/architectures/Architecture.h"
#include "frontends/architectures/ModelBuilder.h"

#include <cmath>

using namespace mlir;
using namespace llm;

static Value writeLayer(ModelBuilder &m, Value hidden, Value rotary,
                        int64_t layer) {
  const DecoderConfig &config = m.config;
  int64_t heads = config.numAttentionHeads, kvHeads = config.numKeyValueHeads;
  auto &b = m.b;

  Value x = m.rmsNorm(hidden, "input_norm");
  Value q = m.linear(x, "attn.q");
  Value k = m.linear(x, "attn.k");
  Value v = m.linear(x, "attn.v");
  if (m.optionalWeight("attn.q_norm.weight")) {
    q = m.rmsNorm(q, "attn.q_norm", heads);
    k = m.rmsNorm(k, "attn.k_norm", kvHeads);
  }
  q = RopeOp::create(b, q.getType(), q, rotary, heads);
  k = RopeOp::create(b, k.getType(), k, rotary, kvHeads);
  float scale = 1.0 / std::sqrt(static_cast<double>(config.headDim));
  Value attended = AttentionOp::create(
      b, q.getType(), q, k, v, b.getI64IntegerAttr(heads),
      b.getI64IntegerAttr(kvHeads), b.getF32FloatAttr(scale),
      b.getI64IntegerAttr(config.slidingWindow[layer]));
  hidden = m.add(hidden, m.linear(attended, "attn.o"));

  x = m.rmsNorm(hidden, "post_attention_norm");
  Value gate = m.linear(x, "mlp.gate");
  Value gated = m.mul(SiluOp::create(b, gate.getType(), gate), m.linear(x, "mlp.up"));
  return m.add(hidden, m.linear(gated, "mlp.down"));
}

OwningOpRef<ModuleOp> llm::importCheckpoint(MLIRContext &context,
                                            const Checkpoint &checkpoint) {
  Location loc = UnknownLoc::get(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  ModelBuilder m(*module, checkpoint);
  const DecoderConfig &config = checkpoint.config;
  auto &b = m.b;

  b.setInsertionPointToEnd(module->getBody());
  auto tokensType =
      RankedTensorType::get({ShapedType::kDynamic}, b.getI32Type());
  auto function = func::FuncOp::create(
      b, "forward",
      b.getFunctionType(tokensType, m.rows(config.vocabSize)));
  b.setInsertionPointToStart(function.addEntryBlock());

  Value tokens = function.getArgument(0);
  Value positions = PositionsOp::create(b, tokens.getType(), tokens);
  RotaryFrequencies frequencies = rotaryFrequencies(config);
  Value rotary = RotaryTableOp::create(
      b, m.rows(2 * frequencies.inverse.size()), positions,
      b.getDenseF32ArrayAttr(frequencies.inverse),
      b.getF32FloatAttr(frequencies.scale),
      b.getF64FloatAttr(config.rope.factor),
      b.getI64IntegerAttr(config.rope.kind == RopeConfig::Dynamic
                              ? config.rope.originalMaxPosition
                              : 0));
  Value embeddings = m.weight("embed.weight");
  Value hidden =
      EmbeddingOp::create(b, m.rows(config.hiddenSize), tokens, embeddings);
  hidden = m.repeatLayers(
      hidden, [&](int64_t layer) { return config.slidingWindow[layer]; },
      [&](Value h, int64_t layer) { return writeLayer(m, h, rotary, layer); });
  hidden = m.rmsNorm(hidden, "final_norm");
  Value logits =
      checkpoint.tensors.count("head.weight")
          ? m.linear(hidden, "head")
          : LinearOp::create(b, m.rows(config.vocabSize), hidden,
                             ValueRange(embeddings), ValueRange(),
                             Value(), Value(), Value())
                .getResult();
  func::ReturnOp::create(b, logits);
  return module;
}
