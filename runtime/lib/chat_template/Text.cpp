//===- Text.cpp - Python's string operations on UTF-8 ---------------------===//

#include "runtime/lib/chat_template/Text.h"

#include "runtime/lib/chat_template/Unicode.h"
#include "runtime/lib/chat_template/Utf8.h"

#include <algorithm>
#include <cstring>

namespace llmrt::chat {

int64_t codePoints(std::string_view text) {
  int64_t count = 0;
  for (size_t i = 0; i < text.size(); ++count)
    nextCodePoint(text, i);
  return count;
}

size_t byteOffset(std::string_view text, int64_t index) {
  size_t offset = 0;
  for (; index > 0 && offset < text.size(); --index)
    nextCodePoint(text, offset);
  return offset;
}

std::string_view codePointRange(std::string_view text, int64_t start,
                                int64_t stop) {
  if (start >= stop)
    return {};
  size_t first = byteOffset(text, start);
  std::string_view rest = text.substr(first);
  return rest.substr(0, byteOffset(rest, stop - start));
}

static bool isOneOf(uint32_t code, const std::string_view *characters) {
  if (!characters)
    return isSpace(code);
  for (size_t i = 0; i < characters->size();)
    if (nextCodePoint(*characters, i) == code)
      return true;
  return false;
}

std::string_view stripped(std::string_view text, unsigned sides,
                          const std::string_view *characters) {
  size_t first = 0, last = text.size();
  if (sides & kLeft)
    while (first < last) {
      size_t next = first;
      if (!isOneOf(nextCodePoint(text, next), characters))
        break;
      first = next;
    }
  if (sides & kRight)
    while (last > first) {
      size_t start = previousCodePoint(text, last), next = start;
      if (!isOneOf(nextCodePoint(text, next), characters))
        break;
      last = start;
    }
  return text.substr(first, last - first);
}

std::vector<std::string_view> splitAtSpace(std::string_view text, int64_t limit,
                                           bool fromRight) {
  std::vector<std::string_view> parts;
  while (true) {
    text = stripped(text, fromRight ? kRight : kLeft, nullptr);
    if (text.empty())
      break;
    if (limit >= 0 && static_cast<int64_t>(parts.size()) == limit) {
      parts.push_back(text); // white space at its far side stays
      break;
    }
    if (fromRight) {
      size_t start = text.size();
      while (start > 0) {
        size_t previous = previousCodePoint(text, start), next = previous;
        if (isSpace(nextCodePoint(text, next)))
          break;
        start = previous;
      }
      parts.push_back(text.substr(start));
      text = text.substr(0, start);
    } else {
      size_t end = 0;
      while (end < text.size()) {
        size_t next = end;
        if (isSpace(nextCodePoint(text, next)))
          break;
        end = next;
      }
      parts.push_back(text.substr(0, end));
      text = text.substr(end);
    }
  }
  if (fromRight)
    std::reverse(parts.begin(), parts.end());
  return parts;
}

size_t findText(std::string_view text, std::string_view wanted, size_t from) {
  // Unlike std::string_view's, linear: glibc's is the two-way algorithm.
  const void *found = memmem(text.data() + from, text.size() - from,
                             wanted.data(), wanted.size());
  return found ? size_t(static_cast<const char *>(found) - text.data())
               : std::string_view::npos;
}

static std::string reversed(std::string_view text) {
  return std::string(text.rbegin(), text.rend());
}

size_t findTextFromRight(std::string_view text, std::string_view wanted) {
  size_t at = findText(reversed(text), reversed(wanted));
  return at == std::string_view::npos ? at : text.size() - at - wanted.size();
}

std::vector<std::string_view> splitAt(std::string_view text,
                                      std::string_view separator, int64_t limit,
                                      bool fromRight) {
  std::vector<std::string_view> parts;
  const std::string reversedText = fromRight ? reversed(text) : "";
  const std::string reversedSeparator = fromRight ? reversed(separator) : "";
  const std::string_view source = fromRight ? reversedText : text;
  const std::string_view wanted = fromRight ? reversedSeparator : separator;
  size_t begin = 0;
  auto add = [&](size_t end) {
    size_t first = fromRight ? text.size() - end : begin;
    parts.push_back(text.substr(first, end - begin));
  };
  while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
    size_t at = findText(source, wanted, begin);
    if (at == std::string_view::npos)
      break;
    add(at);
    begin = at + wanted.size();
  }
  add(text.size());
  if (fromRight)
    std::reverse(parts.begin(), parts.end());
  return parts;
}

static bool isLineBreak(uint32_t code) {
  return (code >= 0x0A && code <= 0x0D) || (code >= 0x1C && code <= 0x1E) ||
         code == 0x85 || code == 0x2028 || code == 0x2029;
}

std::vector<std::string_view> splitLines(std::string_view text, bool keepEnds) {
  std::vector<std::string_view> lines;
  size_t start = 0, position = 0;
  while (position < text.size()) {
    size_t end = position;
    uint32_t code = nextCodePoint(text, position);
    if (!isLineBreak(code))
      continue;
    if (code == '\r' && position < text.size() && text[position] == '\n')
      ++position;
    lines.push_back(text.substr(start, (keepEnds ? position : end) - start));
    start = position;
  }
  if (start < text.size())
    lines.push_back(text.substr(start));
  return lines;
}

int64_t replacements(std::string_view text, std::string_view from,
                     int64_t limit) {
  int64_t count = 0;
  if (from.empty()) {
    count = codePoints(text) + 1;
  } else {
    for (size_t at = findText(text, from); at != std::string_view::npos;
         at = findText(text, from, at + from.size()))
      ++count;
  }
  return limit < 0 ? count : std::min(count, limit);
}

std::string replaced(std::string_view text, std::string_view from,
                     std::string_view to, int64_t limit) {
  std::string out;
  size_t position = 0;
  if (from.empty()) {
    while (limit != 0) {
      out += to;
      --limit;
      if (position == text.size())
        break;
      size_t start = position;
      nextCodePoint(text, position);
      out += text.substr(start, position - start);
    }
  } else {
    while (limit != 0) {
      size_t at = findText(text, from, position);
      if (at == std::string_view::npos)
        break;
      out += text.substr(position, at - position);
      out += to;
      position = at + from.size();
      --limit;
    }
  }
  out += text.substr(position);
  return out;
}

std::string htmlEscaped(std::string_view text) {
  std::string out;
  for (char c : text)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '\'':
      out += "&#39;";
      break;
    case '"':
      out += "&#34;";
      break;
    default:
      out += c;
    }
  return out;
}

static void appendHex(std::string &out, char letter, uint32_t code,
                      unsigned digits) {
  out += '\\';
  out += letter;
  for (unsigned i = digits; i-- > 0;)
    out += "0123456789abcdef"[(code >> (4 * i)) & 15];
}

std::string quotedText(std::string_view text) {
  char quote = text.find('\'') != std::string_view::npos &&
                       text.find('"') == std::string_view::npos
                   ? '"'
                   : '\'';
  std::string out(1, quote);
  for (size_t i = 0; i < text.size();) {
    uint32_t code = nextCodePoint(text, i);
    if (code == static_cast<uint32_t>(quote) || code == '\\') {
      out += '\\';
      out += static_cast<char>(code);
    } else if (code == '\n') {
      out += "\\n";
    } else if (code == '\r') {
      out += "\\r";
    } else if (code == '\t') {
      out += "\\t";
    } else if (code >= 0x20 && code < 0x7F) {
      out += static_cast<char>(code);
    } else if (isPrintable(code)) {
      appendCodePoint(out, code);
    } else if (code < 0x100) {
      appendHex(out, 'x', code, 2);
    } else if (code < 0x10000) {
      appendHex(out, 'u', code, 4);
    } else {
      appendHex(out, 'U', code, 8);
    }
  }
  return out += quote;
}

} // namespace llmrt::chat
