//===- Numbers.cpp - Python's texts of numbers, both ways -----------------===//
//
// repr(float) is the shortest text that reads back as the same double, with an
// exponent below 1e-4 and from 1e16 on. Nothing here depends on the locale.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/Text.h"

#include <charconv>
#include <cmath>

namespace llmrt::chat {

std::string floatText(double value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value < 0 ? "-inf" : "inf";
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value,
                           std::chars_format::scientific)
                 .ptr;
  std::string_view text(buffer, end - buffer);
  std::string out;
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  size_t e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 2)
    digits += text.substr(2, e - 2);
  int exponent = 0;
  std::string_view power = text.substr(e + 1);
  if (power.front() == '+')
    power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);

  int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (count > 1)
      out += '.' + digits.substr(1);
    out += exponent < 0 ? "e-" : "e+";
    std::string size = std::to_string(std::abs(exponent));
    if (size.size() < 2)
      out += '0';
    return out + size;
  }
  if (exponent < 0)
    return out + "0." + std::string(-exponent - 1, '0') + digits;
  if (count <= exponent + 1)
    return out + digits + std::string(exponent + 1 - count, '0') + ".0";
  return out + digits.substr(0, exponent + 1) + '.' +
         digits.substr(exponent + 1);
}

static bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Drops underscores, each of which must stand between two digits.
static bool withoutUnderscores(std::string_view text, bool (*digit)(char),
                               std::string &out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    if (i == 0 || i + 1 == text.size() || !digit(text[i - 1]) ||
        !digit(text[i + 1]))
      return false;
  }
  return true;
}

static char lowerAscii(char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

bool parseFloat(std::string_view text, double &value) {
  text = stripped(text, kLeft | kRight, nullptr);
  std::string plain;
  if (!withoutUnderscores(text, isDigit, plain))
    return false;
  std::string_view rest = plain;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest.empty())
    return false;
  std::string word;
  for (char c : rest)
    word += lowerAscii(c);
  if (word == "inf" || word == "infinity") {
    value = INFINITY;
  } else if (word == "nan") {
    value = NAN;
  } else {
    if (!isDigit(rest[0]) && rest[0] != '.')
      return false;
    auto [end, status] =
        std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (end != rest.data() + rest.size())
      return false;
    if (status == std::errc::result_out_of_range) {
      // Too large or too small: the exponent's sign tells which.
      size_t e = word.find('e');
      bool tiny = e == std::string::npos
                      ? rest[0] == '0' || rest[0] == '.'
                      : e + 1 < word.size() && word[e + 1] == '-';
      value = tiny ? 0.0 : INFINITY;
    } else if (status != std::errc()) {
      return false;
    }
  }
  if (negative)
    value = -value;
  return true;
}

static int digitValue(char c) {
  if (isDigit(c))
    return c - '0';
  c = lowerAscii(c);
  return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

ParsedInt parseInt(std::string_view text, int base, int64_t &value) {
  if (base != 0 && (base < 2 || base > 36))
    return ParsedInt::Invalid;
  text = stripped(text, kLeft | kRight, nullptr);
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  bool prefixed = false;
  if (text.size() > 1 && text[0] == '0') {
    char letter = lowerAscii(text[1]);
    int named = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    if (named && (base == 0 || base == named)) {
      base = named;
      prefixed = true;
      text.remove_prefix(2);
      if (!text.empty() && text[0] == '_')
        text.remove_prefix(1);
    }
  }
  bool onlyZeros = base == 0 && !prefixed;
  if (base == 0)
    base = 10;
  std::string digits;
  if (!withoutUnderscores(
          text, [](char c) { return digitValue(c) < 36; }, digits) ||
      digits.empty())
    return ParsedInt::Invalid;
  // int("010", 0) is refused: a decimal may not start with 0.
  if (onlyZeros && digits[0] == '0' &&
      digits.find_first_not_of('0') != std::string::npos)
    return ParsedInt::Invalid;
  uint64_t sum = 0;
  bool tooLarge = false;
  for (char c : digits) {
    int digit = digitValue(c);
    if (digit >= base)
      return ParsedInt::Invalid;
    tooLarge |= __builtin_mul_overflow(sum, uint64_t(base), &sum);
    tooLarge |= __builtin_add_overflow(sum, uint64_t(digit), &sum);
  }
  if (tooLarge || sum > (uint64_t(1) << 63) - (negative ? 0 : 1))
    return ParsedInt::TooLarge;
  value = static_cast<int64_t>(negative ? 0 - sum : sum);
  return ParsedInt::Ok;
}

} // namespace llmrt::chat
