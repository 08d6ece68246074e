//===- TokenizerPatterns.h - Patterns that tokenizers name ----------------===//
//
// Some files say which pattern splits a text by the name of a model family:
// ByteLevel means GPT-2's, tokenizer.ggml.pre in GGUF names many.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_TOKENIZERPATTERNS_H
#define LLM_FRONTENDS_TOKENIZER_TOKENIZERPATTERNS_H

#include "frontends/tokenizer/Regex.h"

namespace llm {

enum class KnownPattern { Gpt2, Llama3, Qwen2, Gpt4o, Tekken };
RegexTree knownPattern(KnownPattern name);

/// What the Whitespace pre-tokenizer keeps: words and runs of other characters.
RegexTree wordsPattern();

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_TOKENIZERPATTERNS_H
