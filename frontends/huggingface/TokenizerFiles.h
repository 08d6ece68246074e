//===- TokenizerFiles.h - tokenizer_config.json and its companions
//---------===//
//
// What the runtime needs beside tokenizer.json: the texts of the special
// tokens and the chat template.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_HUGGINGFACE_TOKENIZERFILES_H
#define LLM_FRONTENDS_HUGGINGFACE_TOKENIZERFILES_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm::huggingface {

struct TokenizerFacts {
  std::optional<std::string> bosToken, eosToken;
  /// The template, or the one named "default" of a list; as the reference
  /// does, a list without that name gives none.
  std::optional<std::string> chatTemplate;
  /// Ids by text, from `added_tokens_decoder`; read only where eosToken needs
  /// it.
  std::optional<int32_t> eosId;
};

/// Reads tokenizer_config.json. False with `error`.
bool readTokenizerConfig(std::string_view text, const std::string &where,
                         TokenizerFacts &facts, std::string &error);

/// Reads special_tokens_map.json into what `facts` still lacks.
bool readSpecialTokensMap(std::string_view text, const std::string &where,
                          TokenizerFacts &facts, std::string &error);

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_TOKENIZERFILES_H
