//===- RegexClass.cpp - Sets of characters in a pattern -------------------===//

#include "frontends/ErrorText.h"
#include "frontends/tokenizer/RegexParser.h"
#include "frontends/tokenizer/UnicodeTables.h"

#include <algorithm>

using namespace llm;
using unicode::PatternSet;
using unicode::patternSet;

std::optional<CodePointSet> RegexParser::setEscape(char letter, bool bare) {
  CodePointSet set;
  switch (letter) {
  case 'd':
  case 'D':
    set = patternSet(PatternSet::Digit);
    break;
  case 's':
  case 'S':
    set = patternSet(PatternSet::Space);
    break;
  case 'w':
  case 'W':
    set = patternSet(bare ? PatternSet::BareWord : PatternSet::Word);
    break;
  case 'h':
  case 'H':
    set = patternSet(PatternSet::HexDigit);
    break;
  default:
    return std::nullopt;
  }
  return letter >= 'a' ? set : set.complement();
}

/// \p{...}; the backslash and the letter have been taken.
std::optional<CodePointSet> RegexParser::propertyEscape(size_t where) {
  bool negated = pattern[position - 1] == 'P';
  size_t end = pattern.find('}', position);
  if (!take("{") || end == std::string_view::npos) {
    fail("a property is written \\p{name}", where);
    return std::nullopt;
  }
  if (take("^"))
    negated = !negated;
  std::string_view name = pattern.substr(position, end - position);
  position = end + 1;
  std::optional<CodePointSet> set = unicode::property(name);
  if (!set) {
    unsupported("property " + quoteName(name) +
                    "; accepted: general categories, scripts and the POSIX "
                    "and Emoji properties",
                where);
    return std::nullopt;
  }
  return negated ? set->complement() : *set;
}

std::optional<uint32_t> RegexParser::number(unsigned base, size_t least,
                                            size_t most) {
  uint32_t value = 0;
  size_t digits = 0;
  for (; digits < most && !atEnd(); ++digits, ++position) {
    char c = pattern[position];
    unsigned digit = c >= '0' && c <= '9'   ? unsigned(c - '0')
                     : c >= 'a' && c <= 'f' ? unsigned(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? unsigned(c - 'A' + 10)
                                            : 99;
    if (digit >= base)
      break;
    value = value * base + digit;
    if (value >= kCodePointEnd)
      return std::nullopt;
  }
  if (digits < least)
    return std::nullopt;
  return value;
}

std::optional<uint32_t> RegexParser::codePointEscape(size_t where) {
  char letter = pattern[position];
  std::optional<uint32_t> value;
  switch (letter) {
  case 't':
    value = 0x09;
    break;
  case 'n':
    value = 0x0a;
    break;
  case 'v':
    value = 0x0b;
    break;
  case 'f':
    value = 0x0c;
    break;
  case 'r':
    value = 0x0d;
    break;
  case 'a':
    value = 0x07;
    break;
  case 'e':
    value = 0x1b;
    break;
  case '0':
    ++position;
    return number(8, 0, 2);
  case 'x':
    ++position;
    if (take("{")) {
      value = number(16, 1, 8);
      if (value && !take("}"))
        value.reset();
    } else {
      value = number(16, 1, 2);
      // A byte that is no ASCII is half a character to Oniguruma.
      if (value && *value >= 0x80)
        value.reset();
    }
    break;
  case 'u':
    ++position;
    value = number(16, 4, 4);
    break;
  default: {
    bool isWord = (letter >= '0' && letter <= '9') ||
                  (letter >= 'a' && letter <= 'z') ||
                  (letter >= 'A' && letter <= 'Z');
    if (isWord) {
      unsupported(std::string("escape \\") + letter, where);
      return std::nullopt;
    }
    return takeCharacter();
  }
  }
  bool isSurrogate = value && *value >= 0xd800 && *value < 0xe000;
  if (!value || isSurrogate) {
    fail(std::string("\\") + letter + " names no character", where);
    return std::nullopt;
  }
  if (letter != 'x' && letter != 'u')
    ++position;
  return value;
}

/// [:name:] inside brackets; the "[:" has been taken.
std::optional<CodePointSet> RegexParser::posixClass() {
  static constexpr std::pair<const char *, PatternSet> kNames[] = {
      {"alnum", PatternSet::Alphanumeric},
      {"alpha", PatternSet::Alphabetic},
      {"blank", PatternSet::Blank},
      {"digit", PatternSet::Digit},
      {"graph", PatternSet::Graph},
      {"lower", PatternSet::Lowercase},
      {"print", PatternSet::Print},
      {"punct", PatternSet::PosixPunctuation},
      {"space", PatternSet::Space},
      {"upper", PatternSet::Uppercase},
      {"xdigit", PatternSet::HexDigit},
      {"word", PatternSet::Word}};
  size_t where = position - 2;
  bool negated = take("^");
  size_t end = pattern.find(":]", position);
  std::string_view name = pattern.substr(
      position, end == std::string_view::npos ? 0 : end - position);
  std::optional<CodePointSet> set;
  for (const auto &[known, value] : kNames)
    if (name == known)
      set = patternSet(value);
  if (name == "cntrl")
    set = unicode::property("cc");
  if (name == "ascii")
    set = CodePointSet::range(0, 0x80);
  if (!set) {
    fail("no POSIX class is called " + quoteName(name), where);
    return std::nullopt;
  }
  position = end + 2;
  return negated ? set->complement() : *set;
}

/// A bracket's content up to its ']' (not taken) or "&&".
std::optional<CodePointSet> RegexParser::bracketItems(size_t where) {
  // Joined now and then: joining at each item would take quadratic time.
  std::vector<CodePointSet::Range> ranges;
  size_t mostRanges = 4096;
  auto add = [&](const CodePointSet &more) {
    ranges.insert(ranges.end(), more.ranges().begin(), more.ranges().end());
    if (ranges.size() > mostRanges) {
      ranges = CodePointSet::fromRanges(std::move(ranges)).ranges();
      mostRanges = 4096 + 2 * ranges.size();
    }
  };
  bool first = true;
  for (;; first = false) {
    if (atEnd()) {
      fail("'[' without ']'", where);
      return std::nullopt;
    }
    if (next("&&") || (next("]") && !first))
      return CodePointSet::fromRanges(std::move(ranges));
    size_t at = position;
    if (take("[:")) {
      std::optional<CodePointSet> posix = posixClass();
      if (!posix)
        return std::nullopt;
      add(*posix);
      continue;
    }
    if (take("[")) {
      bool negated = false;
      std::optional<CodePointSet> inner = bracket(at, negated);
      if (!inner)
        return std::nullopt;
      add(negated ? inner->complement() : *inner);
      continue;
    }
    uint32_t low;
    if (take("\\")) {
      if (atEnd()) {
        fail("the pattern ends after a backslash", at);
        return std::nullopt;
      }
      char letter = pattern[position];
      std::optional<CodePointSet> escaped = setEscape(letter, /*bare=*/false);
      if (escaped)
        ++position;
      else if (take("p") || take("P")) {
        escaped = propertyEscape(at);
        if (!escaped)
          return std::nullopt;
      }
      if (escaped) {
        if (next("-") && !next("-]")) {
          unsupported("a range from a set", position);
          return std::nullopt;
        }
        add(*escaped);
        continue;
      }
      if (take("b")) {
        low = 0x08;
      } else {
        std::optional<uint32_t> value = codePointEscape(at);
        if (!value)
          return std::nullopt;
        low = *value;
      }
    } else {
      low = takeCharacter();
    }
    uint32_t high = low;
    if (next("-") && !next("-]") && !next("-&&")) {
      take("-");
      size_t highAt = position;
      if (next("[")) {
        unsupported("a range to a set", highAt);
        return std::nullopt;
      }
      if (take("\\")) {
        bool isSet = !atEnd() && (setEscape(pattern[position], false) ||
                                  next("p") || next("P"));
        if (atEnd() || isSet) {
          unsupported("a range to a set", highAt);
          return std::nullopt;
        }
        std::optional<uint32_t> value = codePointEscape(highAt);
        if (!value)
          return std::nullopt;
        high = *value;
      } else if (!atEnd()) {
        high = takeCharacter();
      }
      if (high < low) {
        fail("a range that ends before it begins", at);
        return std::nullopt;
      }
    }
    add(CodePointSet::range(low, high + 1));
  }
}

/// A bracket; its '[' has been taken. The set is before negation.
std::optional<CodePointSet> RegexParser::bracket(size_t where, bool &negated) {
  if (++depth > 100) {
    fail("brackets are nested deeper than 100", where);
    return std::nullopt;
  }
  negated = take("^");
  std::optional<CodePointSet> set = bracketItems(where);
  while (set && take("&&")) {
    std::optional<CodePointSet> other = bracketItems(where);
    if (!other)
      return std::nullopt;
    set = set->intersect(*other);
  }
  --depth;
  if (!set)
    return std::nullopt;
  take("]");
  return set;
}

/// Under (?i), a character such as U+00DF also matches two; no tokenizer has
/// been seen to need it.
bool RegexParser::isFoldable(const CodePointSet &set, size_t where) {
  for (const unicode::MultiFold &fold : unicode::multiFolds())
    if (set.contains(fold.c)) {
      unsupported("a character under (?i) that folds to several", where);
      return false;
    }
  return true;
}

RegexTree RegexParser::characterClass() {
  size_t where = position - 1;
  bool negated = false;
  std::optional<CodePointSet> set = bracket(where, negated);
  if (!set)
    return nullptr;
  run.clear();
  if (options.ignoreCase) {
    if (!negated && !isFoldable(*set, where))
      return nullptr;
    set = unicode::foldGroups(*set);
  }
  return setRegex(negated ? set->complement() : *set);
}

RegexTree RegexParser::literal(uint32_t c, size_t where) {
  if (!options.ignoreCase) {
    run.clear();
    return setRegex(CodePointSet::of(c));
  }
  CodePointSet group = unicode::foldGroup(c);
  if (!isFoldable(group, where))
    return nullptr;
  // Groups are known by their least member.
  static const std::vector<std::vector<uint32_t>> strings = [] {
    std::vector<std::vector<uint32_t>> table;
    for (const unicode::MultiFold &fold : unicode::multiFolds()) {
      table.emplace_back();
      for (uint32_t folded : fold.folded)
        table.back().push_back(
            unicode::foldGroup(folded).ranges().front().first);
    }
    return table;
  }();
  run.push_back(group.ranges().front().first);
  for (const std::vector<uint32_t> &string : strings)
    if (run.size() >= string.size() &&
        std::equal(string.rbegin(), string.rend(), run.rbegin()))
      return unsupported("characters under (?i) that fold to one", where);
  return setRegex(std::move(group));
}
