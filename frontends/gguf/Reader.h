//===- Reader.h - The header of a GGUF file
//--------------------------------===//
//
// Magic, version, counts, metadata and tensor descriptions of one GGUF file
// (ggml's docs/gguf.md), versions 2 and 3, little-endian. Every length is
// checked against the bytes that are left before it is used, and nothing is
// allocated from a count: memory grows with what was read. What other loaders
// were caught by is listed in tests/frontends/gguf/HostileFileTest.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_GGUF_READER_H
#define LLM_FRONTENDS_GGUF_READER_H

#include "frontends/DecoderTensors.h"
#include "frontends/gguf/Metadata.h"

namespace llm::gguf {

/// One file: a model or a split of one. Views point into its bytes.
struct Header {
  std::string where; ///< path, for messages
  const uint8_t *data = nullptr;
  uint64_t size = 0;
  uint32_t version = 0;
  Metadata metadata;
  std::vector<FoundTensor> tensors; ///< offsets count from the file's start
};

/// Reads the header of the file whose `size` bytes are at `data`, which must
/// outlive `header`. `file` becomes the tensors' file. False with `error`.
bool readHeader(const uint8_t *data, uint64_t size, uint32_t file,
                const std::string &where, Header &header, std::string &error);

} // namespace llm::gguf

#endif // LLM_FRONTENDS_GGUF_READER_H
