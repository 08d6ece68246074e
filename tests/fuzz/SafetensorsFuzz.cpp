//===- SafetensorsFuzz.cpp - Any bytes as a safetensors file
//---------------===//
//
// The header's reader on any bytes, and on any header text behind a length that
// is right, so that the fuzzer need not guess it. Whatever is accepted must lie
// inside the file.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Safetensors.h"

#include <cstdlib>
#include <cstring>

using namespace llm;

static void read(const uint8_t *data, size_t size) {
  std::vector<FoundTensor> tensors;
  std::string error;
  bool good =
      huggingface::readSafetensors(data, size, 0, "file", tensors, error);
  if (good != error.empty())
    std::abort();
  if (!good)
    return;
  for (const FoundTensor &tensor : tensors)
    if (tensor.offset > size || tensor.bytes > size - tensor.offset)
      std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read(data, size);

  // The first byte says how many bytes of tensor data follow the text.
  if (size == 0)
    return 0;
  uint64_t length = size - 1;
  std::vector<uint8_t> file(8 + length + data[0]);
  std::memcpy(file.data(), &length, sizeof(length));
  if (length != 0)
    std::memcpy(file.data() + 8, data + 1, length);
  read(file.data(), file.size());
  return 0;
}
