//===- ConfigFuzz.cpp - Any bytes as a Hugging Face folder's JSON
//----------===//
//
// The first byte chooses the file that the rest stands for.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Config.h"
#include "frontends/huggingface/ShardIndex.h"
#include "frontends/huggingface/TokenizerFiles.h"

#include <cstdlib>

using namespace llm;
using namespace llm::huggingface;

static bool read(unsigned kind, std::string_view text, std::string &error) {
  switch (kind) {
  case 0: {
    SpecialIds ids;
    return readGenerationConfig(text, "generation_config.json", 100, ids,
                                error);
  }
  case 1: {
    TokenizerFacts facts;
    return readTokenizerConfig(text, "tokenizer_config.json", facts, error);
  }
  case 2: {
    TokenizerFacts facts;
    return readSpecialTokensMap(text, "special_tokens_map.json", facts, error);
  }
  case 3: {
    ShardIndex index;
    if (!readShardIndex(text, "model.safetensors.index.json", index, error))
      return false;
    for (const auto &[name, file] : index.fileOfName)
      if (file >= index.files.size() ||
          index.files[file].find('/') != std::string::npos)
        std::abort();
    return true;
  }
  default: {
    FolderConfig config;
    if (!readConfig(text, "config.json", config, error))
      return false;
    const DecoderConfig &decoder = config.decoder;
    if (decoder.numKeyValueHeads < 1 || decoder.headDim < 2 ||
        decoder.slidingWindow.size() != static_cast<size_t>(decoder.numLayers))
      std::abort();
    return true;
  }
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  std::string error;
  std::string_view text(reinterpret_cast<const char *>(data + 1), size - 1);
  bool good = read(data[0] % 8, text, error);
  if (good != error.empty())
    std::abort();
  return 0;
}
