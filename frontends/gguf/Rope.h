//===- Rope.h - Rotary embedding settings of GGUF metadata
//-----------------===//
//
// <architecture>.rope.* keys. Scaling of Llama 3 has no keys: converters bake
// it into the tensor rope_freqs.weight, which becomes RopeConfig::freqFactors.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_GGUF_ROPE_H
#define LLM_FRONTENDS_GGUF_ROPE_H

#include "frontends/gguf/Reader.h"

namespace llm::gguf {

/// The keys, after the architecture's prefix, that readRope knows.
constexpr const char *kRopeKeys[] = {
    "rope.freq_base",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scale_linear",
    "rope.scaling.original_context_length",
    "rope.scaling.attn_factor",
    "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow",
    "rope.scaling.yarn_ext_factor",
    "rope.scaling.yarn_attn_factor",
};

/// Needs maxPositionEmbeddings of `config`. `prefix` ends in a dot.
RopeConfig readRope(const Metadata &metadata, const std::string &prefix,
                    const DecoderConfig &config, Problems &problems);

/// Reads rope_freqs.weight, the one tensor whose bytes opening looks at.
/// `data` are the bytes of the tensor's file.
void readRopeFactors(const FoundTensor &tensor, const uint8_t *data,
                     int64_t headDim, RopeConfig &rope, Problems &problems);

} // namespace llm::gguf

#endif // LLM_FRONTENDS_GGUF_ROPE_H
