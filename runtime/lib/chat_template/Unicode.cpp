//===- Unicode.cpp - Letter case and printability as in Python ------------===//
//
// Full case mapping: one character may become three, and a capital sigma at
// the end of a word becomes the final form (Unicode 3.13, Final_Sigma).
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/Unicode.h"

#include "runtime/lib/chat_template/Utf8.h"

#include <algorithm>
#include <iterator>

namespace llmrt::chat {
namespace {

#include "runtime/lib/chat_template/CaseTables.inc"

template <size_t N> bool contains(const CodeRange (&table)[N], uint32_t code) {
  auto after = std::upper_bound(std::begin(table), std::end(table), code,
                                [](uint32_t value, const CodeRange &range) {
                                  return value < range.first;
                                });
  return after != std::begin(table) && code <= std::prev(after)->last;
}

template <size_t N, size_t M>
void appendMapped(std::string &out, uint32_t code, const CaseRange (&table)[N],
                  const LongCase (&longer)[M]) {
  auto row = std::lower_bound(
      std::begin(longer), std::end(longer), code,
      [](const LongCase &entry, uint32_t value) { return entry.code < value; });
  if (row != std::end(longer) && row->code == code) {
    for (uint32_t part : row->target)
      if (part)
        appendCodePoint(out, part);
    return;
  }
  auto after = std::upper_bound(std::begin(table), std::end(table), code,
                                [](uint32_t value, const CaseRange &range) {
                                  return value < range.first;
                                });
  if (after != std::begin(table)) {
    const CaseRange &range = *std::prev(after);
    if (code <= range.last && (code - range.first) % range.step == 0)
      code += range.delta;
  }
  appendCodePoint(out, code);
}

constexpr uint32_t kCapitalSigma = 0x3A3, kFinalSigma = 0x3C2;

/// Whether the capital sigma in text[start, end) ends a word. `casedBefore`:
/// the last character before it that case rules do not ignore is cased.
bool sigmaIsFinal(std::string_view text, size_t end, bool casedBefore) {
  if (!casedBefore)
    return false;
  while (end < text.size()) {
    uint32_t code = nextCodePoint(text, end);
    if (!contains(kCaseIgnorable, code))
      return !contains(kCased, code);
  }
  return true;
}

/// Lower-cases characters in turn, keeping what Final_Sigma looks back at.
class Lowering {
public:
  explicit Lowering(std::string_view text) : text(text) {}

  /// Sees `code`, which ends at `end`; writes its small form if `write`.
  void take(std::string &out, uint32_t code, size_t end, bool write) {
    if (write) {
      if (code == kCapitalSigma && sigmaIsFinal(text, end, casedBefore))
        appendCodePoint(out, kFinalSigma);
      else
        appendMapped(out, code, kLower, kLowerLong);
    }
    if (!contains(kCaseIgnorable, code))
      casedBefore = contains(kCased, code);
  }

private:
  std::string_view text;
  bool casedBefore = false;
};

} // namespace

bool isPrintable(uint32_t code) { return !contains(kNotPrintable, code); }

std::string upperCase(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();)
    appendMapped(out, nextCodePoint(text, i), kUpper, kUpperLong);
  return out;
}

std::string lowerCase(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  Lowering lowering(text);
  for (size_t i = 0; i < text.size();) {
    uint32_t code = nextCodePoint(text, i);
    lowering.take(out, code, i, true);
  }
  return out;
}

std::string capitalized(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  Lowering lowering(text);
  for (size_t i = 0; i < text.size();) {
    bool first = i == 0;
    uint32_t code = nextCodePoint(text, i);
    if (first)
      appendMapped(out, code, kTitle, kTitleLong);
    lowering.take(out, code, i, !first);
  }
  return out;
}

std::string titleCase(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  Lowering lowering(text);
  bool insideWord = false;
  for (size_t i = 0; i < text.size();) {
    uint32_t code = nextCodePoint(text, i);
    if (!insideWord)
      appendMapped(out, code, kTitle, kTitleLong);
    lowering.take(out, code, i, insideWord);
    insideWord = contains(kCased, code);
  }
  return out;
}

} // namespace llmrt::chat
