//===- TokenizerUse.h - Compile and use a tokenizer of any bytes -*- C++
//-*-===//
//
// What the tokenizer's targets share. Whatever is refused must be refused with
// a reason; whatever is opened must encode and decode.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_FUZZ_TOKENIZERUSE_H
#define LLM_TESTS_FUZZ_TOKENIZERUSE_H

#include "frontends/Checkpoint.h"
#include "frontends/tokenizer/TokenizerCompiler.h"
#include "runtime/lib/Tokenizer.h"

#include <cstdlib>

namespace llm::fuzz {

inline std::vector<uint8_t> compile(std::string json) {
  llm::Checkpoint checkpoint{};
  checkpoint.path = "fuzz";
  checkpoint.tokenizerJson = std::move(json);
  std::vector<uint8_t> blob;
  std::string error;
  if (!llm::compileTokenizer(checkpoint, blob, error) && error.empty())
    abort(); // a refusal says why
  return blob;
}

inline void use(const std::vector<uint8_t> &blob, std::string_view text) {
  std::string error;
  std::unique_ptr<llmrt::Tokenizer> tokenizer =
      llmrt::Tokenizer::open(blob.data(), blob.size(), error);
  if (!tokenizer) {
    if (error.empty())
      abort();
    return;
  }
  std::vector<int32_t> ids;
  for (bool flag : {false, true}) {
    ids.clear();
    if (!tokenizer->encode(text, flag, flag, ids) && !ids.empty())
      abort();
    for (int32_t id : ids)
      if (id < 0 || uint32_t(id) >= tokenizer->vocabSize())
        abort();
  }
  // The text's bytes as ids reach tokens that encoding does not.
  for (char byte : text)
    ids.push_back(int8_t(byte));
  std::string decoded;
  for (bool skip : {false, true}) {
    llmrt::Detokenizer detokenizer(*tokenizer, skip);
    for (int32_t id : ids)
      detokenizer.push(id, decoded);
    detokenizer.flush(decoded);
  }
}

} // namespace llm::fuzz

#endif // LLM_TESTS_FUZZ_TOKENIZERUSE_H
