//===- TokenizerFuzz.cpp - Hostile tokenizer.json files -------------------===//
//
// Two kinds of input, by the first byte: the file itself, a zero byte and a
// text; or choices that TokenizerJsonWriter makes a well-formed file of, which
// gets further in.
//
//===----------------------------------------------------------------------===//

#include "tests/fuzz/TokenizerJsonWriter.h"
#include "tests/fuzz/TokenizerUse.h"

using namespace llm::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2)
    return 0;
  FuzzedDataProvider input(data + 1, size - 1);
  std::string json, text;
  if (data[0] == '{') {
    json.assign(reinterpret_cast<const char *>(data), size);
    if (size_t end = json.find('\0'); end != std::string::npos) {
      text = json.substr(end + 1);
      json.resize(end);
    }
  } else {
    json = TokenizerJsonWriter(input).write();
    text = input.ConsumeRemainingBytesAsString();
  }
  std::vector<uint8_t> blob = compile(std::move(json));
  if (!blob.empty())
    use(blob, text);
  return 0;
}
