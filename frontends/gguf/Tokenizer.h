//===- Tokenizer.h - The tokenizer in GGUF metadata
//------------------------===//
//
// tokenizer.ggml.* keys, as far as they are stored: lists of one length, ids
// inside the vocabulary. What they mean is the tokenizer compiler's matter.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_GGUF_TOKENIZER_H
#define LLM_FRONTENDS_GGUF_TOKENIZER_H

#include "frontends/gguf/Metadata.h"

namespace llm {
struct Checkpoint;
} // namespace llm

namespace llm::gguf {

/// Fills the tokenizer, template and special tokens of `checkpoint`; needs
/// config.vocabSize.
void readTokenizer(const Metadata &metadata, Checkpoint &checkpoint,
                   Problems &problems);

} // namespace llm::gguf

#endif // LLM_FRONTENDS_GGUF_TOKENIZER_H
