//===- NumberFormat.cpp - A number in a field of a width ------------------===//

#include "runtime/lib/chat_template/NumberFormat.h"

#include "runtime/lib/chat_template/Text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace llmrt::chat {

bool NumberFormat::pad(Builder &out, Heap &heap, std::string_view text,
                       size_t signLength) const {
  int64_t missing = std::max<int64_t>(width - codePoints(text), 0);
  if (missing && !heap.spendBytes(missing))
    return false;
  int64_t before = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  if (align == '=') {
    if (!out.add(text.substr(0, signLength)))
      return false;
    text = text.substr(signLength);
  }
  for (int64_t i = 0; i < before; ++i)
    if (!out.add(fill))
      return false;
  if (!out.add(text))
    return false;
  for (int64_t i = before; i < missing; ++i)
    if (!out.add(fill))
      return false;
  return true;
}

/// 1234567 -> 1,234,567
static std::string grouped(const std::string &digits, char separator,
                           size_t every) {
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i && (digits.size() - i) % every == 0)
      text += separator;
    text += digits[i];
  }
  return text;
}

bool NumberFormat::integer(Builder &out, Heap &heap, int64_t value) const {
  int base = type == 'x' || type == 'X' ? 16
             : type == 'o'              ? 8
             : type == 'b'              ? 2
                                        : 10;
  uint64_t magnitude = value < 0 ? 0 - uint64_t(value) : uint64_t(value);
  char buffer[65];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, magnitude, base).ptr;
  std::string digits(buffer, end);
  // "%.5d" asks for at least five digits.
  if (precision > static_cast<int64_t>(digits.size())) {
    if (!heap.spendBytes(precision) || !heap.reserve(precision))
      return false;
    digits.insert(0, precision - digits.size(), '0');
  }
  if (grouping)
    digits = grouped(digits, grouping, base == 10 ? 3 : 4);
  std::string lead = value < 0 ? "-" : sign == '-' ? "" : std::string(1, sign);
  if (alternate && base != 10)
    lead += std::string("0") + type;
  if (type == 'X')
    for (char &c : digits)
      c = c >= 'a' && c <= 'z' ? c - 32 : c;
  return pad(out, heap, lead + digits, lead.size());
}

bool NumberFormat::real(Builder &out, Heap &heap, double value) const {
  char kind = type >= 'A' && type <= 'Z' ? type + 32 : type;
  std::string lead = std::signbit(value) && !std::isnan(value) ? "-"
                     : sign == '-' ? ""
                                   : std::string(1, sign);
  std::string text;
  double size = std::fabs(value);
  if (!std::isfinite(value)) {
    text = std::isnan(value) ? "nan" : "inf";
  } else {
    if (precision > 1000) {
      heap.unsupported("more than 1000 digits of a float");
      return false;
    }
    if (alternate) {
      heap.unsupported("'#' with a float format");
      return false;
    }
    int digits = precision < 0 ? 6 : static_cast<int>(precision);
    if (kind == '%') {
      size *= 100;
      kind = 'f';
    }
    char buffer[2048];
    std::chars_format format = kind == 'f'   ? std::chars_format::fixed
                               : kind == 'e' ? std::chars_format::scientific
                                             : std::chars_format::general;
    if (format == std::chars_format::general && digits == 0)
      digits = 1;
    auto end =
        std::to_chars(buffer, buffer + sizeof buffer, size, format, digits).ptr;
    text.assign(buffer, end);
    if (grouping) {
      size_t whole =
          std::min(text.find_first_not_of("0123456789"), text.size());
      text = grouped(text.substr(0, whole), grouping, 3) + text.substr(whole);
    }
    if (type == '%')
      text += '%';
  }
  if (type >= 'A' && type <= 'Z')
    for (char &c : text)
      c = c >= 'a' && c <= 'z' ? c - 32 : c;
  return pad(out, heap, lead + text, lead.size());
}

} // namespace llmrt::chat
