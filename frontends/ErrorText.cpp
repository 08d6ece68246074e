//===- ErrorText.cpp - Messages about untrusted files
//----------------------===//
//
// See ErrorText.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/ErrorText.h"

#include "frontends/Limits.h"

#include <charconv>

namespace llm {

/// Length of the well-formed UTF-8 sequence at the start of `text`, or 0.
static size_t utf8SequenceLength(std::string_view text) {
  auto byteAt = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byteAt(0);
  size_t length = lead < 0x80   ? 1
                  : lead < 0xC2 ? 0
                  : lead < 0xE0 ? 2
                  : lead < 0xF0 ? 3
                  : lead < 0xF5 ? 4
                                : 0;
  if (length == 0 || length > text.size())
    return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byteAt(i) & 0xC0) != 0x80)
      return 0;
  if (length == 1)
    return 1;
  unsigned char second = byteAt(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90))
    return 0;
  return length;
}

std::string quoteName(std::string_view name) {
  constexpr size_t kLongest = 160;
  bool cut = name.size() > kLongest;
  if (cut)
    name = name.substr(0, kLongest);
  static const char digits[] = "0123456789abcdef";
  std::string text = "'";
  while (!name.empty()) {
    unsigned char lead = static_cast<unsigned char>(name.front());
    size_t length = utf8SequenceLength(name);
    // C1 controls (U+0080 to U+009F) steer terminals as C0 controls do.
    bool control = lead < 0x20 || lead == 0x7F ||
                   (length == 2 && lead == 0xC2 &&
                    static_cast<unsigned char>(name[1]) < 0xA0);
    if (length == 0 || control) {
      text += "\\x";
      text += digits[lead >> 4];
      text += digits[lead & 15];
      name.remove_prefix(1);
      continue;
    }
    text.append(name.substr(0, length));
    name.remove_prefix(length);
  }
  text += cut ? "...'" : "'";
  return text;
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i != 0)
      text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + "]";
}

std::string numberText(double value) {
  char buffer[32];
  std::to_chars_result end = std::to_chars(buffer, buffer + sizeof(buffer),
                                           value, std::chars_format::general);
  return std::string(buffer, end.ptr);
}

void Problems::add(std::string problem) {
  ++count;
  if (lines.size() < limits::kMaxProblems)
    lines.push_back(std::move(problem));
}

std::string Problems::text(std::string_view where) const {
  std::string text(where);
  if (count == 1)
    return text + ": " + lines.front();
  text += ": " + std::to_string(count) + " problems:";
  for (const std::string &line : lines)
    text += "\n  " + line;
  if (count > lines.size())
    text += "\n  and " + std::to_string(count - lines.size()) + " more";
  return text;
}

} // namespace llm
