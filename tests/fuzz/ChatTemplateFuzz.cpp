//===- ChatTemplateFuzz.cpp - Any bytes as a chat template's source -------===//
//
// What compiles must open and run within its limits: the machine finds our own
// instructions in order, whatever the template says.
//
//===----------------------------------------------------------------------===//

#include "frontends/chat_template/ChatTemplateCompiler.h"
#include "runtime/lib/ChatTemplate.h"

#include <cstdlib>

using llmrt::TemplateValue;

static TemplateValue variables() {
  TemplateValue::List messages;
  for (const char *role : {"system", "user", "assistant"})
    messages.push_back(TemplateValue::Dict{
        {"role", role},
        {"content", "Ab \xc3\xa9\xce\xa3</think>\n<b>"},
        {"n", int64_t(7)},
        {"parts", TemplateValue::List{1.5, true, TemplateValue()}}});
  return TemplateValue::Dict{{"messages", messages},
                             {"add_generation_prompt", true}};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<uint8_t> blob;
  std::string error, text;
  std::string_view source(reinterpret_cast<const char *>(data), size);
  if (!llm::compileChatTemplate(source, "<s>", "</s>", blob, error)) {
    if (error.empty() || !blob.empty())
      std::abort();
    return 0;
  }
  llmrt::ChatTemplate made;
  if (!made.open(blob.data(), blob.size(), error))
    std::abort();
  static const TemplateValue inputs = variables();
  llmrt::TemplateLimits limits;
  limits.steps = 5000;
  limits.memoryBytes = 1 << 20;
  limits.outputBytes = 1 << 16;
  if (made.render(inputs, text, error, limits)) {
    if (!error.empty() || text.size() > limits.outputBytes)
      std::abort();
  } else if (error.empty() ||
             error.find("damaged chat template") != std::string::npos) {
    std::abort();
  }
  return 0;
}
