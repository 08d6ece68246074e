//===- Utf8.h - Code points of a UTF-8 string -----------------------------===//
//
// Python's strings are sequences of code points, ours are bytes. A byte that is
// no UTF-8 counts as one code point of its own (U+DC80 + byte, the lone
// surrogates Python's "surrogateescape" uses) and is written back unchanged, so
// that no input can be lost or read out of bounds.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_UTF8_H
#define LLMRT_LIB_CHAT_TEMPLATE_UTF8_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace llmrt::chat {

constexpr uint32_t kStrayByte = 0xDC00; ///< + the byte, which is >= 0x80

/// The code point at `position` (which is inside `text`); advances past it.
inline uint32_t nextCodePoint(std::string_view text, size_t &position) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint32_t first = byte(position);
  if (first < 0x80)
    return text[position++];
  unsigned extra = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  constexpr uint32_t kSmallest[4] = {0, 0x80, 0x800, 0x10000};
  if (first >= 0xC2 && first <= 0xF4 && text.size() - position > extra) {
    uint32_t code = first & (0x3F >> extra);
    bool whole = true;
    for (unsigned i = 1; i <= extra; ++i) {
      whole &= (byte(position + i) & 0xC0) == 0x80;
      code = (code << 6) | (byte(position + i) & 0x3F);
    }
    if (whole && code >= kSmallest[extra] && code <= 0x10FFFF &&
        (code < 0xD800 || code > 0xDFFF)) {
      position += extra + 1;
      return code;
    }
  }
  ++position;
  return kStrayByte + first;
}

inline void appendCodePoint(std::string &text, uint32_t code) {
  if (code >= kStrayByte + 0x80 && code <= kStrayByte + 0xFF) {
    text += static_cast<char>(code - kStrayByte);
  } else if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | (code >> 18));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// str.isspace() of one character, which is also what `\s` matches in re.
inline bool isSpace(uint32_t code) {
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) ||
         code == 0x85 || code == 0xA0 || code == 0x1680 ||
         (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

/// Where the code point that ends before `position` (> 0) starts.
inline size_t previousCodePoint(std::string_view text, size_t position) {
  for (size_t back = 2; back <= 4 && back <= position; ++back) {
    size_t start = position - back, end = start;
    if ((static_cast<uint8_t>(text[start]) & 0xC0) == 0x80)
      continue;
    nextCodePoint(text, end);
    if (end == position)
      return start;
    break;
  }
  return position - 1;
}

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_UTF8_H
