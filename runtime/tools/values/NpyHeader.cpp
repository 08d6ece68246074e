//===- NpyHeader.cpp - What a NumPy file says of its array ----------------===//

#include "runtime/tools/values/NpyHeader.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstring>
#include <string_view>

using namespace llmrt::tools;

static constexpr uint64_t kMaxHeader = 1 << 20;
static constexpr size_t kMaxRank = 64;

namespace {

/// Reads the few literals of Python's that a header has.
class Literals {
public:
  explicit Literals(std::string_view text) : text(text) {}

  bool take(char wanted) {
    skipSpaces();
    if (text.empty() || text[0] != wanted)
      return false;
    text.remove_prefix(1);
    return true;
  }

  bool takeString(std::string_view &string) {
    skipSpaces();
    if (text.empty() || (text[0] != '\'' && text[0] != '"'))
      return false;
    size_t end = text.find(text[0], 1);
    if (end == std::string_view::npos)
      return false;
    string = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return string.find('\\') == std::string_view::npos;
  }

  bool takeBool(bool &value) {
    skipSpaces();
    for (bool candidate : {false, true}) {
      std::string_view word = candidate ? "True" : "False";
      if (text.substr(0, word.size()) == word) {
        text.remove_prefix(word.size());
        value = candidate;
        return true;
      }
    }
    return false;
  }

  bool takeNumber(int64_t &value) {
    skipSpaces();
    value = 0;
    size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9';
         ++digits)
      if (__builtin_mul_overflow(value, int64_t(10), &value) ||
          __builtin_add_overflow(value, int64_t(text[digits] - '0'), &value))
        return false;
    text.remove_prefix(digits);
    if (digits != 0 && !text.empty() && text[0] == 'L') // of Python 2
      text.remove_prefix(1);
    return digits != 0;
  }

  bool atEnd() {
    skipSpaces();
    return text.empty();
  }

private:
  void skipSpaces() {
    size_t begin = text.find_first_not_of(" \t\r\n");
    text.remove_prefix(begin == std::string_view::npos ? text.size() : begin);
  }

  std::string_view text;
};

} // namespace

static bool parseShape(Literals &literals, std::vector<int64_t> &shape) {
  if (!literals.take('('))
    return false;
  while (!literals.take(')')) {
    int64_t extent;
    if (!literals.takeNumber(extent) || shape.size() == kMaxRank)
      return false;
    shape.push_back(extent);
    if (!literals.take(','))
      return literals.take(')');
  }
  return true;
}

/// "<f4"
static bool parseDescr(std::string_view descr, NpyHeader &header) {
  if (descr.size() < 3 || descr.size() > 12)
    return false;
  header.order = descr[0] == '=' ? '<' : descr[0];
  header.kind = descr[1];
  header.size = 0;
  for (char digit : descr.substr(2)) {
    if (digit < '0' || digit > '9')
      return false;
    header.size = header.size * 10 + uint64_t(digit - '0');
  }
  return std::strchr("<>|", header.order) != nullptr;
}

static bool parseDictionary(Literals literals, NpyHeader &header,
                            std::string_view &descr) {
  bool hasDescr = false, hasOrder = false, hasShape = false;
  if (!literals.take('{'))
    return false;
  while (!literals.take('}')) {
    std::string_view key;
    if (!literals.takeString(key) || !literals.take(':'))
      return false;
    if (key == "descr" && !hasDescr)
      hasDescr = literals.takeString(descr);
    else if (key == "fortran_order" && !hasOrder)
      hasOrder = literals.takeBool(header.fortran);
    else if (key == "shape" && !hasShape)
      hasShape = parseShape(literals, header.shape);
    else
      return false;
    if (!literals.take(',')) {
      if (!literals.take('}'))
        return false;
      break;
    }
  }
  return hasDescr && hasOrder && hasShape && literals.atEnd();
}

bool llmrt::tools::parseNpyHeader(const std::vector<uint8_t> &bytes, NpyHeader &header,
                           std::string &error) {
  if (bytes.size() < 10 || memcmp(bytes.data(), "\x93NUMPY", 6) != 0) {
    error = "does not start as a NumPy file (.npy) does";
    return false;
  }
  unsigned version = bytes[6];
  if (version < 1 || version > 3) {
    error =
        fmt::format("is of format version {}; 1 to 3 are accepted", version);
    return false;
  }
  uint64_t begin = version == 1 ? 10 : 12;
  uint64_t length = bytes[8] | uint64_t(bytes[9]) << 8;
  if (version != 1 && bytes.size() >= begin)
    length |= uint64_t(bytes[10]) << 16 | uint64_t(bytes[11]) << 24;
  if (bytes.size() < begin || length > bytes.size() - begin ||
      length > kMaxHeader) {
    error = fmt::format("has a header of {} bytes, which are not there or more "
                        "than {}",
                        length, kMaxHeader);
    return false;
  }
  std::string_view text(reinterpret_cast<const char *>(bytes.data()) + begin,
                        length),
      descr;
  header = {};
  if (!parseDictionary(Literals(text), header, descr)) {
    error = fmt::format("has no header of descr, fortran_order and shape but "
                        "{}",
                        text.substr(0, 100));
    return false;
  }
  if (!parseDescr(descr, header)) {
    error = fmt::format("has elements of '{}', which no tensor has", descr);
    return false;
  }
  header.dataOffset = begin + length;
  return true;
}

std::string llmrt::tools::makeNpyHeader(const NpyHeader &header) {
  std::string text = fmt::format(
      "{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
      header.descr(), fmt::join(header.shape, ", "),
      header.shape.size() == 1 ? "," : "");
  // Data starts at a multiple of 64.
  constexpr size_t begin = 10;
  text.append(63 - (begin + text.size()) % 64, ' ');
  text += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += char(text.size() & 255);
  bytes += char(text.size() >> 8);
  return bytes + text;
}
