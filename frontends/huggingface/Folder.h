//===- Folder.h - Opening a Hugging Face folder
//----------------------------===//
//
// config.json, weights in one or several .safetensors files, and what there is
// of tokenizer.json, tokenizer_config.json, special_tokens_map.json,
// chat_template.jinja and generation_config.json. Nothing in a folder is ever
// run: pickled weights are refused, and code that config.json points to is not
// looked at.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_HUGGINGFACE_FOLDER_H
#define LLM_FRONTENDS_HUGGINGFACE_FOLDER_H

#include "frontends/Checkpoint.h"

namespace llm::huggingface {

/// See openCheckpoint.
std::unique_ptr<Checkpoint> openFolder(const std::string &path,
                                       std::string &error);

/// Reads what lies beside a model of another format into its checkpoint:
/// tokenizer.json and its companions, the chat template, end tokens, and from
/// config.json the longest context. Each may be absent, but a file that
/// `tokenizer` names, in place of tokenizer.json. The checkpoint's vocabulary is
/// known. False with `error`.
bool readCompanions(const std::string &path, const std::string &tokenizer,
                    Checkpoint &checkpoint, std::string &error);

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_FOLDER_H
