//===- TokenizerText.h - UTF-8 as the tokenizer reads it ------------------===//
//
// Texts from outside may be any bytes. What is no UTF-8 is read as U+FFFD, one
// for each maximal part of a character (as Rust's String::from_utf8_lossy and
// Python's errors="replace" do); inside the tokenizer all text is valid.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERTEXT_H
#define LLMRT_LIB_TOKENIZERTEXT_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace llmrt {

/// The bytes at the front of a text that belong together.
struct Utf8Part {
  uint32_t length;
  enum Kind : uint8_t {
    Whole,     ///< a character
    Broken,    ///< no UTF-8: one U+FFFD
    Incomplete ///< the text ends inside a character
  } kind;
};
/// `size` is not 0.
Utf8Part firstUtf8Part(const char *text, size_t size);

bool isUtf8(std::string_view text);

/// Appends `text`, with U+FFFD for what is no UTF-8.
void appendReplaced(std::string_view text, std::string &out);

/// Reads a character of valid UTF-8 and moves on. `cursor` is before the end.
inline uint32_t readCharacter(const char *&cursor) {
  auto byte = [&](int index) { return uint32_t(uint8_t(cursor[index])); };
  uint32_t first = byte(0);
  if (first < 0x80) {
    cursor += 1;
    return first;
  }
  uint32_t c;
  if (first < 0xe0) {
    c = (first & 0x1f) << 6 | (byte(1) & 0x3f);
    cursor += 2;
  } else if (first < 0xf0) {
    c = (first & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    cursor += 3;
  } else {
    c = (first & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 |
        (byte(3) & 0x3f);
    cursor += 4;
  }
  return c;
}

/// Bytes of the character that begins with `first`, in valid UTF-8.
inline uint32_t characterLength(char first) {
  uint8_t byte = uint8_t(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

inline bool isContinuation(char byte) { return (uint8_t(byte) & 0xc0) == 0x80; }

inline void appendCharacter(uint32_t c, std::string &out) {
  char bytes[4];
  size_t length;
  if (c < 0x80) {
    bytes[0] = char(c);
    length = 1;
  } else if (c < 0x800) {
    bytes[0] = char(0xc0 | c >> 6);
    bytes[1] = char(0x80 | (c & 0x3f));
    length = 2;
  } else if (c < 0x10000) {
    bytes[0] = char(0xe0 | c >> 12);
    bytes[1] = char(0x80 | (c >> 6 & 0x3f));
    bytes[2] = char(0x80 | (c & 0x3f));
    length = 3;
  } else {
    bytes[0] = char(0xf0 | c >> 18);
    bytes[1] = char(0x80 | (c >> 12 & 0x3f));
    bytes[2] = char(0x80 | (c >> 6 & 0x3f));
    bytes[3] = char(0x80 | (c & 0x3f));
    length = 4;
  }
  out.append(bytes, length);
}

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERTEXT_H
