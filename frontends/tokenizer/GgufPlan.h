//===- GgufPlan.h - A tokenizer from GGUF metadata ------------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_GGUFPLAN_H
#define LLM_FRONTENDS_TOKENIZER_GGUFPLAN_H

#include "frontends/Checkpoint.h"
#include "frontends/ErrorText.h"
#include "frontends/tokenizer/TokenizerPlan.h"

namespace llm {

/// False when `problems` got any.
bool readGgufTokenizer(const GgufTokenizer &tokenizer, TokenizerPlan &plan,
                       Problems &problems);

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_GGUFPLAN_H
