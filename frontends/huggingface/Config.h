//===- Config.h - Reading config.json
//--------------------------------------===//
//
// Defaults for what is missing, and the meaning of null, are those of the
// config classes of transformers 5.23.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_HUGGINGFACE_CONFIG_H
#define LLM_FRONTENDS_HUGGINGFACE_CONFIG_H

#include "frontends/DecoderTensors.h"

namespace llm::huggingface {

/// Token ids as config.json or generation_config.json gives them.
struct SpecialIds {
  std::optional<int32_t> bos;
  std::vector<int32_t> end; ///< eos_token_id, one or several
};

struct FolderConfig {
  DecoderConfig decoder; ///< all but dtype, which the tensors decide
  DecoderParts parts;
  SpecialIds ids;
  const TensorNaming *naming = nullptr; ///< of the architecture
};

/// `where` is the file's path. False with `error` when the text is not a
/// config we can follow; every problem is named.
bool readConfig(std::string_view text, const std::string &where,
                FolderConfig &config, std::string &error);

/// Ids outside the vocabulary are refused; -1 stands for "none" in old files.
bool readGenerationConfig(std::string_view text, const std::string &where,
                          int64_t vocabSize, SpecialIds &ids,
                          std::string &error);

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_CONFIG_H
