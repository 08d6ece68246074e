//===- Rope.h - Rotary embedding settings of a config.json
//-----------------===//
//
// Reads `rope_scaling` with "type" or "rope_type", as checkpoints up to
// transformers 4 spell it, and `rope_parameters`, which transformers 5 writes
// and which holds rope_theta as well. Which spelling wins and what stands for
// a missing field follows RotaryEmbeddingConfigMixin of transformers 5.23
// (modeling_rope_utils.py).
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_HUGGINGFACE_ROPE_H
#define LLM_FRONTENDS_HUGGINGFACE_ROPE_H

#include "frontends/Checkpoint.h"
#include "frontends/huggingface/Json.h"

namespace llm::huggingface {

/// Needs headDim and maxPositionEmbeddings of the decoder. `partial` says that
/// the class rotates a part of each head if partial_rotary_factor says so;
/// `theta` is what it rotates by if nothing is said.
RopeConfig readRope(const JsonObject &config, const DecoderConfig &decoder,
                    bool partial, double theta, Problems &problems);

/// Gemma 3's two: `rope` of layers with full attention, `slidingRope`.
void readGemma3Ropes(const JsonObject &config, DecoderConfig &decoder,
                     Problems &problems);

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_ROPE_H
