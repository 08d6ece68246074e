//===- Unicode.h - Between UTF-8 and code points ----------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_VALUES_UNICODE_H
#define LLMRT_TOOLS_VALUES_UNICODE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt::tools {

inline bool isScalarValue(uint32_t point) {
  return point < 0xd800 || (point > 0xdfff && point <= 0x10ffff);
}

/// False if Unicode has no such character.
inline bool appendUtf8(uint32_t point, std::string &text) {
  if (!isScalarValue(point))
    return false;
  if (point < 0x80) {
    text += char(point);
  } else if (point < 0x800) {
    text += char(0xc0 | point >> 6);
    text += char(0x80 | (point & 63));
  } else {
    if (point < 0x10000) {
      text += char(0xe0 | point >> 12);
    } else {
      text += char(0xf0 | point >> 18);
      text += char(0x80 | (point >> 12 & 63));
    }
    text += char(0x80 | (point >> 6 & 63));
    text += char(0x80 | (point & 63));
  }
  return true;
}

/// False if the text is not UTF-8.
inline bool decodeUtf8(std::string_view text, std::vector<uint32_t> &points) {
  constexpr uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  for (size_t at = 0; at < text.size();) {
    uint32_t point = uint8_t(text[at++]);
    int more = point < 0x80 ? 0 : point < 0xe0 ? 1 : point < 0xf0 ? 2 : 3;
    if (point >= 0x80 && (point < 0xc0 || point > 0xf7))
      return false;
    if (more != 0)
      point &= 0x3fu >> more;
    for (int left = more; left != 0; --left) {
      if (at == text.size() || (uint8_t(text[at]) & 0xc0) != 0x80)
        return false;
      point = point << 6 | (uint8_t(text[at++]) & 63);
    }
    if (point < least[more] || !isScalarValue(point))
      return false;
    points.push_back(point);
  }
  return true;
}

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_UNICODE_H
