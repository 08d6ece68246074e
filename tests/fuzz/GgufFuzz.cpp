//===- GgufFuzz.cpp - Any bytes as a GGUF model
//----------------------------===//
//
// From the header to a checkpoint with its tokenizer, and the search for
// splits. Whatever is accepted must lie inside the file.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Model.h"

#include <cstdlib>

using namespace llm;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<gguf::Header> headers(1);
  std::vector<std::string> splits;
  std::string error;
  if (!gguf::readHeader(data, size, 0, "m-00001-of-00002.gguf", headers[0],
                        error)) {
    if (error.empty())
      std::abort();
    return 0;
  }
  gguf::findSplits(headers[0], splits, error);
  error.clear();
  Checkpoint checkpoint;
  bool good = gguf::readModel(headers, checkpoint, error);
  if (good != error.empty())
    std::abort();
  if (!good)
    return 0;
  if (checkpoint.config.slidingWindow.size() !=
      static_cast<size_t>(checkpoint.config.numLayers))
    std::abort();
  for (const auto &[name, tensor] : checkpoint.tensors)
    if (tensor.offset > size || tensor.bytes > size - tensor.offset)
      std::abort();
  return 0;
}
