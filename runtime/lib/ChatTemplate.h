//===- ChatTemplate.h - Turns messages into a prompt ----------------------===//
//
// A model's chat template, compiled to a list of instructions by
// frontends/chat_template, run here on the messages of a conversation. The text
// equals what transformers' apply_chat_template gives, byte for byte. Steps,
// memory, output and the depth of calls are bounded, and the compiled form may
// be damaged: every failure is an error text, never a crash or a hang.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHATTEMPLATE_H
#define LLMRT_LIB_CHATTEMPLATE_H

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmrt {

namespace chat {
struct Program;
}

/// A value handed to a template: what JSON can say.
class TemplateValue {
public:
  enum class Kind : uint8_t {
    None,
    Boolean,
    Integer,
    Float,
    String,
    List,
    Dict
  };
  using List = std::vector<TemplateValue>;
  using Dict = std::vector<std::pair<std::string, TemplateValue>>;

  TemplateValue() = default;
  TemplateValue(bool value) : kind(Kind::Boolean), boolean(value) {}
  TemplateValue(int64_t value) : kind(Kind::Integer), integer(value) {}
  TemplateValue(double value) : kind(Kind::Float), real(value) {}
  TemplateValue(std::string value)
      : kind(Kind::String), text(std::move(value)) {}
  TemplateValue(const char *value) : TemplateValue(std::string(value)) {}
  TemplateValue(List items) : kind(Kind::List), items(std::move(items)) {}
  TemplateValue(Dict entries) : kind(Kind::Dict), entries(std::move(entries)) {}

  /// Sets an entry of a dict; a value of another kind becomes a dict first.
  void set(std::string key, TemplateValue value);

  Kind kind = Kind::None;
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;
  std::string text;
  List items;
  Dict entries; ///< in order; of equal keys the last one counts
};

struct ChatMessage {
  std::string role, content;
};

/// What one rendering may take at most.
struct TemplateLimits {
  uint64_t steps = 50'000'000;
  uint64_t memoryBytes = uint64_t(512) << 20;
  uint64_t outputBytes = uint64_t(64) << 20;
  uint32_t callDepth = 200;
};

/// What strftime_now() shows.
struct TemplateClock {
  std::tm local;
  int microsecond;
  static TemplateClock now();
};

/// Safe to share between threads once opened.
class ChatTemplate {
public:
  ChatTemplate();
  ~ChatTemplate();
  ChatTemplate(ChatTemplate &&) noexcept;
  ChatTemplate &operator=(ChatTemplate &&) noexcept;

  /// Reads and checks a compiled template; it is copied, the blob may go.
  bool open(const uint8_t *blob, size_t size, std::string &error);
  bool isOpen() const { return program != nullptr; }

  /// The prompt for a conversation. A template that calls raise_exception()
  /// fails with its message.
  bool render(const std::vector<ChatMessage> &messages,
              bool addGenerationPrompt, std::string &out,
              std::string &error) const;

  /// The same with any variables: a dict with `messages`, and what else the
  /// template reads (`add_generation_prompt`, `tools`, `documents`, ...).
  /// `tools` and `documents` are none and `add_generation_prompt` is false
  /// where the dict lacks them, bos_token and eos_token are the model's.
  bool render(const TemplateValue &variables, std::string &out,
              std::string &error, const TemplateLimits &limits = {},
              const std::optional<TemplateClock> &clock = {}) const;

private:
  std::unique_ptr<chat::Program> program;
};

} // namespace llmrt

#endif // LLMRT_LIB_CHATTEMPLATE_H
