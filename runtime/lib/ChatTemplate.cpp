//===- ChatTemplate.cpp - Turns messages into a prompt --------------------===//

#include "runtime/lib/ChatTemplate.h"

#include "runtime/lib/chat_template/Machine.h"
#include "runtime/lib/chat_template/Program.h"

#include <chrono>

namespace llmrt {
namespace {

/// Values of callers may not nest deeper than this.
constexpr unsigned kMaxInputDepth = 100;

chat::Value convert(chat::Heap &heap, const TemplateValue &value,
                    unsigned depth = 0) {
  using chat::Value;
  if (depth > kMaxInputDepth)
    return heap.fail("a value handed to the template nests deeper than " +
                     std::to_string(kMaxInputDepth) + " levels");
  switch (value.kind) {
  case TemplateValue::Kind::None:
    return Value::none();
  case TemplateValue::Kind::Boolean:
    return Value::of(value.boolean);
  case TemplateValue::Kind::Integer:
    return Value::of(value.integer);
  case TemplateValue::Kind::Float:
    return Value::of(value.real);
  case TemplateValue::Kind::String:
    return heap.text(value.text);
  case TemplateValue::Kind::List: {
    std::vector<Value> items;
    for (const TemplateValue &item : value.items) {
      items.push_back(convert(heap, item, depth + 1));
      if (heap.failed())
        return Value();
    }
    return heap.list(std::move(items));
  }
  case TemplateValue::Kind::Dict: {
    Value dict = heap.dict();
    for (const auto &[key, item] : value.entries) {
      Value converted = convert(heap, item, depth + 1);
      if (heap.failed() || !heap.insert(*dict.dict, key, converted))
        return Value();
    }
    return dict;
  }
  }
  return Value();
}

} // namespace

void TemplateValue::set(std::string key, TemplateValue value) {
  kind = Kind::Dict;
  for (auto &[name, held] : entries)
    if (name == key) {
      held = std::move(value);
      return;
    }
  entries.emplace_back(std::move(key), std::move(value));
}

TemplateClock TemplateClock::now() {
  auto time = std::chrono::system_clock::now().time_since_epoch();
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  TemplateClock clock{};
  std::time_t stamp = static_cast<std::time_t>(seconds.count());
  localtime_r(&stamp, &clock.local);
  clock.microsecond = static_cast<int>(
      std::chrono::duration_cast<std::chrono::microseconds>(time - seconds)
          .count());
  return clock;
}

ChatTemplate::ChatTemplate() = default;
ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate &&) noexcept = default;
ChatTemplate &ChatTemplate::operator=(ChatTemplate &&) noexcept = default;

bool ChatTemplate::open(const uint8_t *blob, size_t size, std::string &error) {
  auto read = std::make_unique<chat::Program>();
  if (!read->read(blob, size, error))
    return false;
  program = std::move(read);
  return true;
}

bool ChatTemplate::render(const std::vector<ChatMessage> &messages,
                          bool addGenerationPrompt, std::string &out,
                          std::string &error) const {
  TemplateValue::List list;
  list.reserve(messages.size());
  for (const ChatMessage &message : messages)
    list.push_back(TemplateValue::Dict{{"role", message.role},
                                       {"content", message.content}});
  return render(
      TemplateValue::Dict{{"messages", std::move(list)},
                          {"add_generation_prompt", addGenerationPrompt}},
      out, error);
}

bool ChatTemplate::render(const TemplateValue &variables, std::string &out,
                          std::string &error, const TemplateLimits &limits,
                          const std::optional<TemplateClock> &clock) const {
  out.clear();
  error.clear();
  if (!program) {
    error = "chat template: none was opened";
    return false;
  }
  chat::Heap heap(limits.steps, limits.memoryBytes);
  chat::Value inputs = heap.dict();
  auto preset = [&](const char *name, const chat::Value &value) {
    return !heap.failed() && heap.insert(*inputs.dict, name, value);
  };
  bool ready = preset("tools", chat::Value::none()) &&
               preset("documents", chat::Value::none()) &&
               preset("add_generation_prompt", chat::Value::of(false));
  for (auto [name, number] : {std::pair("bos_token", program->bosToken),
                              std::pair("eos_token", program->eosToken)})
    if (number != chat::kNone)
      ready = ready && preset(name, heap.text(program->string(number)));
  for (const auto &[name, value] : variables.entries) {
    chat::Value converted = convert(heap, value);
    ready =
        ready && !heap.failed() && heap.insert(*inputs.dict, name, converted);
  }
  if (!ready) {
    error = "chat template: " + heap.error();
    return false;
  }
  TemplateClock time = clock ? *clock : TemplateClock::now();
  chat::Machine machine(*program, heap, inputs,
                        {limits.outputBytes, limits.callDepth}, time.local,
                        time.microsecond);
  uint32_t line;
  if (machine.run(out, line))
    return true;
  out.clear();
  error = "chat template, line " + std::to_string(line) + ": " + heap.error();
  return false;
}

} // namespace llmrt
