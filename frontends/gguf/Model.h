//===- Model.h - Opening a GGUF model
//--------------------------------------===//
//
// One file, or the first of several splits (NAME-00001-of-0000N.gguf), whose
// companions are opened from the same folder.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_GGUF_MODEL_H
#define LLM_FRONTENDS_GGUF_MODEL_H

#include "frontends/gguf/Reader.h"

namespace llm::gguf {

/// See openCheckpoint.
std::unique_ptr<Checkpoint> openFile(std::shared_ptr<const MappedFile> file,
                                     std::string &error);

/// Paths of a model's splits after the first, as the first one's metadata and
/// name ask for; none for a model in one file. False with `error`.
bool findSplits(const Header &first, std::vector<std::string> &others,
                std::string &error);

/// Puts the model whose splits' headers are `headers`, the first one first,
/// into all of `checkpoint` but its files. False with `error`.
bool readModel(const std::vector<Header> &headers, Checkpoint &checkpoint,
               std::string &error);

} // namespace llm::gguf

#endif // LLM_FRONTENDS_GGUF_MODEL_H
