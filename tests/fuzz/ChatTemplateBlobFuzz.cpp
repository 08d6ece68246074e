//===- ChatTemplateBlobFuzz.cpp - Any bytes as a compiled chat template ---===//
//
// The header's sizes and marks are put right, so that most inputs get past them
// to the tables and instructions.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/ChatTemplate.h"
#include "runtime/lib/chat_template/Format.h"

#include <cstdlib>
#include <cstring>

using llmrt::TemplateValue;
using llmrt::chat::Header;

static TemplateValue variables() {
  TemplateValue::List messages;
  for (const char *role : {"system", "user", "assistant"})
    messages.push_back(TemplateValue::Dict{
        {"role", role}, {"content", "Ab \xc3\xa9</think>\n"}});
  return TemplateValue::Dict{{"messages", messages},
                             {"add_generation_prompt", true}};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<uint8_t> blob(data, data + size);
  if (size >= sizeof(Header)) {
    Header header;
    std::memcpy(&header, blob.data(), sizeof header);
    header.magic = llmrt::chat::kMagic;
    header.version = llmrt::chat::kVersion;
    header.totalBytes = static_cast<uint32_t>(size);
    std::memcpy(blob.data(), &header, sizeof header);
  }
  llmrt::ChatTemplate made;
  std::string error, text;
  if (!made.open(blob.data(), blob.size(), error)) {
    if (error.empty() || made.isOpen())
      std::abort();
    return 0;
  }
  static const TemplateValue inputs = variables();
  llmrt::TemplateLimits limits;
  limits.steps = 5000;
  limits.memoryBytes = 1 << 20;
  limits.outputBytes = 1 << 16;
  if (!made.render(inputs, text, error, limits) && error.empty())
    std::abort();
  return 0;
}
