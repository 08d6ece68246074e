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

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_FOLDER_H
