//===- TokenizerText.cpp - UTF-8 as the tokenizer reads it ----------------===//

#include "runtime/lib/TokenizerText.h"

#include <cstring>

using namespace llmrt;

Utf8Part llmrt::firstUtf8Part(const char *text, size_t size) {
  auto byte = [&](size_t index) { return uint8_t(text[index]); };
  uint8_t first = byte(0);
  if (first < 0x80)
    return {1, Utf8Part::Whole};
  if (first < 0xc2 || first > 0xf4)
    return {1, Utf8Part::Broken};
  uint32_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates and what lies
  // past U+10FFFF (Unicode, table 3-7).
  uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  for (uint32_t index = 1; index < length; ++index) {
    if (index == size)
      return {index, Utf8Part::Incomplete};
    if (byte(index) < low || byte(index) > high)
      return {index, Utf8Part::Broken};
    low = 0x80;
    high = 0xbf;
  }
  return {length, Utf8Part::Whole};
}

bool llmrt::isUtf8(std::string_view text) {
  const char *cursor = text.data();
  const char *end = cursor + text.size();
  while (cursor != end) {
    if (end - cursor >= 8) {
      uint64_t word;
      memcpy(&word, cursor, 8);
      if (!(word & 0x8080808080808080ULL)) {
        cursor += 8;
        continue;
      }
    }
    Utf8Part part = firstUtf8Part(cursor, size_t(end - cursor));
    if (part.kind != Utf8Part::Whole)
      return false;
    cursor += part.length;
  }
  return true;
}

void llmrt::appendReplaced(std::string_view text, std::string &out) {
  while (!text.empty()) {
    Utf8Part part = firstUtf8Part(text.data(), text.size());
    if (part.kind == Utf8Part::Whole)
      out.append(text.data(), part.length);
    else
      out.append("\xef\xbf\xbd");
    text.remove_prefix(part.length);
  }
}
