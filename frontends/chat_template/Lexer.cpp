//===- Lexer.cpp - Splits a chat template into tokens ---------------------===//

#include "frontends/chat_template/Lexer.h"

#include "runtime/lib/chat_template/Utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace llm::chat_template {

using llmrt::chat::appendCodePoint;
using llmrt::chat::isSpace;
using llmrt::chat::kStrayByte;
using llmrt::chat::nextCodePoint;
using llmrt::chat::previousCodePoint;

/// Line breaks become \n, and one at the end is dropped.
static std::string normalized(std::string_view source) {
  std::string text;
  text.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      text += source[i];
      continue;
    }
    text += '\n';
    if (i + 1 < source.size() && source[i + 1] == '\n')
      ++i;
  }
  if (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

Lexer::Lexer(std::string_view source) : source(normalized(source)) {}

Position Lexer::positionOf(size_t offset) {
  if (offset < countedTo) {
    countedTo = 0;
    counted = Position();
  }
  for (; countedTo < offset && countedTo < source.size(); ++countedTo) {
    if (source[countedTo] == '\n') {
      ++counted.line;
      counted.column = 1;
    } else {
      ++counted.column;
    }
  }
  return counted;
}

bool Lexer::fail(size_t offset, const std::string &what) {
  Position position = positionOf(offset);
  *error = std::to_string(position.line) + ":" +
           std::to_string(position.column) + ": " + what;
  return false;
}

void Lexer::add(TokenKind kind, size_t offset, std::string text) {
  Token token;
  token.kind = kind;
  token.at = positionOf(offset);
  token.text = std::move(text);
  tokens->push_back(std::move(token));
}

bool Lexer::startsWith(size_t offset, std::string_view wanted) const {
  return std::string_view(source).substr(std::min(offset, source.size()),
                                         wanted.size()) == wanted;
}

size_t Lexer::skipSpace(size_t offset) const {
  while (offset < source.size()) {
    size_t next = offset;
    if (!isSpace(nextCodePoint(source, next)))
      break;
    offset = next;
  }
  return offset;
}

bool Lexer::run(std::vector<Token> &out, std::string &message) {
  tokens = &out;
  error = &message;
  for (size_t i = 0; i < source.size();) {
    size_t start = i;
    if (nextCodePoint(source, i) >= kStrayByte + 0x80 && i == start + 1)
      return fail(start, "a byte that is not UTF-8");
  }
  while (at < source.size())
    if (!root())
      return false;
  add(TokenKind::End, source.size());
  return true;
}

void Lexer::data(size_t start, size_t end, char sign, bool isVariable) {
  std::string_view text = std::string_view(source).substr(start, end - start);
  if (sign == '-') {
    while (!text.empty()) {
      size_t last = previousCodePoint(text, text.size()), next = last;
      if (!isSpace(nextCodePoint(text, next)))
        break;
      text = text.substr(0, last);
    }
  } else if (sign != '+' && !isVariable) {
    // lstrip_blocks: a tag that only white space precedes on its line.
    size_t newline = text.rfind('\n');
    size_t line = newline == std::string_view::npos ? 0 : newline + 1;
    if ((line > 0 || lineStarting) && skipSpace(start + line) >= end)
      text = text.substr(0, line);
  }
  if (!text.empty())
    add(TokenKind::Data, start, std::string(text));
}

size_t Lexer::rawBodyAt(size_t offset) const {
  if (!startsWith(offset, "{%"))
    return std::string::npos;
  offset += 2;
  if (startsWith(offset, "-") || startsWith(offset, "+"))
    ++offset;
  offset = skipSpace(offset);
  if (!startsWith(offset, "raw"))
    return std::string::npos;
  offset = skipSpace(offset + 3);
  if (startsWith(offset, "-%}"))
    return skipSpace(offset + 3);
  return startsWith(offset, "%}") ? offset + 2 : std::string::npos;
}

/// One stretch of text and the tag behind it.
bool Lexer::root() {
  size_t start = at, tagStart = source.find('{', at);
  while (tagStart != std::string::npos && !startsWith(tagStart, "{%") &&
         !startsWith(tagStart, "{{") && !startsWith(tagStart, "{#"))
    tagStart = source.find('{', tagStart + 1);
  if (tagStart == std::string::npos) {
    add(TokenKind::Data, start, source.substr(start));
    at = source.size();
    return true;
  }
  char kind = source[tagStart + 1];
  char sign = tagStart + 2 < source.size() ? source[tagStart + 2] : 0;
  size_t rawBody = rawBodyAt(tagStart);
  data(start, tagStart, sign, kind == '{');
  if (rawBody != std::string::npos)
    return raw(tagStart, rawBody);
  at = tagStart + 2 + (sign == '-' || sign == '+');
  lineStarting = false;
  return kind == '#' ? comment(tagStart) : tag(tagStart, kind == '%');
}

size_t Lexer::closeAt(size_t offset, std::string_view close,
                      bool isVariable) const {
  if (startsWith(offset, "-") && startsWith(offset + 1, close))
    return skipSpace(offset + 3);
  if (!isVariable && startsWith(offset, "+") && startsWith(offset + 1, close))
    return offset + 3;
  if (!startsWith(offset, close))
    return std::string::npos;
  offset += 2;
  // trim_blocks: the line break after a block or comment goes.
  return offset + (!isVariable && startsWith(offset, "\n"));
}

bool Lexer::comment(size_t openedAt) {
  for (size_t i = at; i < source.size(); ++i) {
    size_t end = closeAt(i, "#}", false);
    if (end == std::string::npos)
      continue;
    at = end;
    lineStarting = source[end - 1] == '\n';
    return true;
  }
  // Behind an opening at the very end jinja2 looks for nothing.
  if (at >= source.size())
    return true;
  return fail(openedAt, "a comment '{#' that no '#}' closes");
}

bool Lexer::raw(size_t openedAt, size_t body) {
  lineStarting = source[body - 1] == '\n';
  for (size_t i = source.find("{%", body); i != std::string::npos;
       i = source.find("{%", i + 1)) {
    size_t name = i + 2;
    char sign = name < source.size() ? source[name] : 0;
    if (sign == '-' || sign == '+')
      ++name;
    name = skipSpace(name);
    if (!startsWith(name, "endraw"))
      continue;
    size_t end = closeAt(skipSpace(name + 6), "%}", false);
    if (end == std::string::npos)
      continue;
    data(body, i, sign, false);
    at = end;
    lineStarting = source[end - 1] == '\n';
    return true;
  }
  at = source.size();
  if (body >= source.size())
    return true;
  return fail(openedAt, "'{% raw %}' that no '{% endraw %}' closes");
}

bool Lexer::tag(size_t openedAt, bool isBlock) {
  add(isBlock ? TokenKind::BlockBegin : TokenKind::VariableBegin, openedAt);
  open.clear();
  for (bool ended = false; !ended;) {
    if (at >= source.size())
      return fail(openedAt, isBlock ? "'{%' that no '%}' closes"
                                    : "'{{' that no '}}' closes");
    if (!tagToken(isBlock, ended))
      return false;
  }
  return true;
}

static bool isNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

static bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool Lexer::tagToken(bool isBlock, bool &ended) {
  if (open.empty()) {
    size_t end = closeAt(at, isBlock ? "%}" : "}}", !isBlock);
    if (end != std::string::npos) {
      add(isBlock ? TokenKind::BlockEnd : TokenKind::VariableEnd, at);
      at = end;
      lineStarting = source[end - 1] == '\n';
      ended = true;
      return true;
    }
  }
  size_t after = skipSpace(at);
  if (after > at) {
    at = after;
    return true;
  }
  char c = source[at];
  if (isDigit(c))
    return number();
  if (isNameCharacter(c)) {
    size_t end = at;
    while (end < source.size() && isNameCharacter(source[end]))
      ++end;
    if (end < source.size() && static_cast<uint8_t>(source[end]) >= 0x80)
      return fail(end, "not supported yet: names with letters beyond ASCII");
    add(TokenKind::Name, at, source.substr(at, end - at));
    at = end;
    return true;
  }
  if (c == '\'' || c == '"')
    return string();
  static constexpr std::array<std::string_view, 26> operators = {
      "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
      "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
  for (std::string_view op : operators)
    if (startsWith(at, op)) {
      if (op.size() == 1 && !brackets(c))
        return false;
      add(TokenKind::Operator, at, std::string(op));
      at += op.size();
      return true;
    }
  if (static_cast<uint8_t>(c) >= 0x80)
    return fail(at, "not supported yet: a character beyond ASCII outside a "
                    "string");
  return fail(at, std::string("unexpected character '") + c + "' in a tag");
}

bool Lexer::brackets(char c) {
  constexpr std::string_view opening = "([{", closing = ")]}";
  size_t kind = opening.find(c);
  if (kind != std::string_view::npos) {
    open += closing[kind];
    return true;
  }
  if (closing.find(c) == std::string_view::npos)
    return true;
  if (open.empty())
    return fail(at, std::string("unexpected '") + c + "'");
  if (open.back() != c)
    return fail(at, std::string("unexpected '") + c + "', expected '" +
                        open.back() + "'");
  open.pop_back();
  return true;
}

/// The end of digits with single underscores between them, from `i`.
static size_t digitsEnd(const std::string &text, size_t i,
                        bool (*isOne)(char)) {
  size_t end = i;
  while (end < text.size() && isOne(text[end])) {
    ++end;
    if (end + 1 < text.size() && text[end] == '_' && isOne(text[end + 1]))
      ++end;
  }
  return end;
}

/// The digits without their prefix and underscores; false beyond 63 bits.
static bool readInteger(const std::string &digits, int base, int64_t &value) {
  auto [end, status] = std::from_chars(
      digits.data(), digits.data() + digits.size(), value, base);
  return status == std::errc() && end == digits.data() + digits.size();
}

static double readFloat(const std::string &digits) {
  double value = 0;
  auto status =
      std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
  if (status != std::errc::result_out_of_range)
    return value;
  // Too small or too large: only an exponent gets there in a source's size.
  size_t power = digits.find_first_of("eE");
  bool isTiny =
      power == std::string::npos ? digits[0] == '0' : digits[power + 1] == '-';
  return isTiny ? 0.0 : INFINITY;
}

bool Lexer::number() {
  // A float needs a fraction or an exponent, and does not follow a dot:
  // x.0.1 is two indices.
  size_t start = at, whole = digitsEnd(source, at, isDigit), end = whole;
  bool isFloat = false;
  if (at == 0 || source[at - 1] != '.') {
    if (startsWith(end, ".") && end + 1 < source.size() &&
        isDigit(source[end + 1])) {
      end = digitsEnd(source, end + 1, isDigit);
      isFloat = true;
    }
    if (startsWith(end, "e") || startsWith(end, "E")) {
      size_t power = end + 1;
      if (startsWith(power, "+") || startsWith(power, "-"))
        ++power;
      if (power < source.size() && isDigit(source[power])) {
        end = digitsEnd(source, power, isDigit);
        isFloat = true;
      }
    }
  }
  int base = 10;
  if (!isFloat) {
    end = whole;
    char letter = at + 1 < source.size() ? source[at + 1] | 0x20 : 0;
    auto prefixed = [&](char wanted, int radix, bool (*isOne)(char)) {
      size_t digits = at + 2;
      if (source[at] != '0' || letter != wanted)
        return;
      if (startsWith(digits, "_"))
        ++digits;
      if (size_t stop = digitsEnd(source, digits, isOne); stop > digits) {
        base = radix;
        start = digits;
        end = stop;
      }
    };
    prefixed('x', 16, [](char c) {
      return isDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
    });
    prefixed('o', 8, [](char c) { return c >= '0' && c <= '7'; });
    prefixed('b', 2, [](char c) { return c == '0' || c == '1'; });
    // 007 is the integer 00 and then 7, which the parser refuses.
    if (base == 10 && source[at] == '0')
      end = digitsEnd(source, at, [](char c) { return c == '0'; });
  }
  std::string digits = source.substr(start, end - start);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  Token token;
  token.at = positionOf(at);
  token.kind = isFloat ? TokenKind::Float : TokenKind::Integer;
  if (isFloat)
    token.real = readFloat(digits);
  else if (!readInteger(digits, base, token.integer))
    return fail(at, "not supported yet: integers beyond 64 bits");
  at = end;
  tokens->push_back(std::move(token));
  return true;
}

bool Lexer::string() {
  size_t openedAt = at;
  char quote = source[at++];
  std::string text;
  while (at < source.size() && source[at] != quote) {
    if (source[at] == '\\') {
      if (++at >= source.size())
        break;
      if (!escape(text))
        return false;
    } else {
      text += source[at++];
    }
  }
  if (at >= source.size())
    return fail(openedAt, "a string that is not closed");
  ++at;
  add(TokenKind::String, openedAt, std::move(text));
  return true;
}

/// What follows a backslash, as Python's unicode_escape reads it.
bool Lexer::escape(std::string &text) {
  char c = source[at];
  constexpr std::string_view letters = "\\'\"abfnrtv";
  constexpr std::string_view values = "\\'\"\a\b\f\n\r\t\v";
  if (size_t found = letters.find(c); found != std::string_view::npos) {
    text += values[found];
    ++at;
    return true;
  }
  if (c == '\n') {
    ++at;
    return true;
  }
  if (c >= '0' && c <= '7') {
    uint32_t code = 0;
    for (int i = 0;
         i < 3 && at < source.size() && source[at] >= '0' && source[at] <= '7';
         ++i)
      code = code * 8 + (source[at++] - '0');
    appendCodePoint(text, code);
    return true;
  }
  if (c == 'x' || c == 'u' || c == 'U') {
    size_t start = at - 1, digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
    int64_t code = 0;
    std::string hex = source.substr(at + 1, digits);
    bool whole =
        hex.size() == digits && hex[0] != '-' && readInteger(hex, 16, code);
    if (!whole || code > 0x10FFFF)
      return fail(start, "a truncated or too large escape in a string");
    if (code >= 0xD800 && code <= 0xDFFF)
      return fail(start, "not supported yet: surrogates in a string; write "
                         "the character itself or \\UXXXXXXXX");
    appendCodePoint(text, static_cast<uint32_t>(code));
    at += 1 + digits;
    return true;
  }
  if (c == 'N')
    return fail(at - 1, "not supported yet: characters by name (\\N{...}); "
                        "write the character itself");
  // Any other backslash stays. jinja2 writes characters beyond ASCII as
  // escapes before it reads them, so behind a backslash they come out so.
  text += '\\';
  if (static_cast<uint8_t>(c) < 0x80) {
    text += c;
    ++at;
    return true;
  }
  uint32_t code = nextCodePoint(source, at);
  unsigned digits = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
  text += code < 0x100 ? 'x' : code < 0x10000 ? 'u' : 'U';
  for (unsigned i = digits; i-- > 0;)
    text += "0123456789abcdef"[(code >> (4 * i)) & 15];
  return true;
}

} // namespace llm::chat_template
