//===- TokenizerCompiler.h - A checkpoint's tokenizer as tables -----------===//

#ifndef LLM_FRONTENDS_TOKENIZER_TOKENIZERCOMPILER_H
#define LLM_FRONTENDS_TOKENIZER_TOKENIZERCOMPILER_H

#include <cstdint>
#include <string>
#include <vector>

namespace llm {

struct Checkpoint;

/// Compiles tokenizer.json or GGUF metadata into the blob that
/// llmrt::Tokenizer opens (runtime/lib/TokenizerFormat.h). A checkpoint without
/// a tokenizer gives an empty blob. False, with everything that is wrong or not
/// supported yet in `error`, on failure. The same tokenizer gives the same
/// bytes.
bool compileTokenizer(const Checkpoint &checkpoint, std::vector<uint8_t> &blob,
                      std::string &error);

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_TOKENIZERCOMPILER_H
