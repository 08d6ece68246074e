//===- ShardIndex.h - model.safetensors.index.json
//-------------------------===//
//
// Says which shard of a folder holds which tensor. File names in it must be
// plain names inside the folder, and what it says must agree with the shards.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_HUGGINGFACE_SHARDINDEX_H
#define LLM_FRONTENDS_HUGGINGFACE_SHARDINDEX_H

#include "frontends/DecoderTensors.h"

namespace llm::huggingface {

struct ShardIndex {
  std::vector<std::string> files;             ///< sorted, each once
  std::map<std::string, uint32_t> fileOfName; ///< indices into `files`
};

bool readShardIndex(std::string_view text, const std::string &where,
                    ShardIndex &index, std::string &error);

/// Notes every tensor that the index and the shards disagree on. `found` are
/// the tensors of all shards, with indices into index.files.
void checkAgainstIndex(const ShardIndex &index,
                       const std::vector<FoundTensor> &found,
                       Problems &problems);

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_SHARDINDEX_H
