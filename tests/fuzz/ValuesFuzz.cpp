//===- ValuesFuzz.cpp - Any bytes as a tensor in a file -------------------===//
//
// What llm-run reads as inputs: NumPy's files, and the messages of ONNX's test
// data. The first byte says as which; whatever is accepted must be complete.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/values/NpyFile.h"
#include "runtime/tools/values/ProtoFile.h"

#include <cstdlib>

using namespace llmrt;
using namespace llmrt::tools;

/// Aborts unless every tensor has all elements that its dimensions name.
static void checkComplete(const llmrt_value &value) {
  if (value.kind == LLMRT_SEQUENCE)
    for (uint64_t i = 0; i < value.count; ++i)
      checkComplete(value.items[i]);
  if (value.kind == LLMRT_TENSOR && elementCount(value) > 0)
    formatElement(value, elementCount(value) - 1);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  std::vector<uint8_t> bytes(data + 1, data + size);
  auto type = static_cast<llmrt_element_type>(data[0] % (LLMRT_STRING + 1));
  uint8_t form = data[0] / (LLMRT_STRING + 1);
  Value value;
  std::string error;
  bool good;
  if (form < 4) {
    good = parseNpy("x.npy", bytes, type, value, error);
  } else {
    llmrt_argument argument = {};
    argument.name = "x";
    argument.kind = form < 8 ? LLMRT_TENSOR : LLMRT_SEQUENCE;
    argument.type = type;
    argument.optional = form % 4 == 3;
    good = parseProto("x.pb", bytes, argument, value, error);
  }
  if (good != error.empty())
    std::abort();
  if (good)
    checkComplete(value.view());
  return 0;
}
