//===- Config.h - A decoder's sizes from GGUF metadata
//---------------------===//
//
// Keys and defaults are those of llama.cpp's loader for these architectures.
// A key of the architecture that we do not know and that is not 0 is refused:
// it may change what the model computes.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_GGUF_CONFIG_H
#define LLM_FRONTENDS_GGUF_CONFIG_H

#include "frontends/gguf/Names.h"
#include "frontends/gguf/Reader.h"

namespace llm::gguf {

/// Fills all of `config` but dtype and tieWordEmbeddings. Sizes come from the
/// metadata, the vocabulary's from the embedding among `tensors`.
void readConfig(const Metadata &metadata,
                const std::vector<FoundTensor> &tensors,
                const ArchitectureRow &row, DecoderConfig &config,
                Problems &problems);

} // namespace llm::gguf

#endif // LLM_FRONTENDS_GGUF_CONFIG_H
