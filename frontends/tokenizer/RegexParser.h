//===- RegexParser.h - Read Oniguruma's Ruby syntax -----------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_REGEXPARSER_H
#define LLM_FRONTENDS_TOKENIZER_REGEXPARSER_H

#include "frontends/tokenizer/Regex.h"

#include <optional>

namespace llm {

/// Recursive descent over one pattern. Every function returns null or nothing
/// after `fail`; the first failure is kept.
class RegexParser {
public:
  RegexParser(std::string_view pattern, std::string &error)
      : pattern(pattern), error(error) {}

  RegexTree parse();

private:
  struct Options {
    bool ignoreCase = false;
    bool dotAll = false; ///< Ruby's (?m)
  };

  std::nullptr_t fail(const std::string &what, size_t where);
  std::nullptr_t unsupported(const std::string &what, size_t where) {
    return fail("not supported yet: " + what, where);
  }
  bool atEnd() const { return position >= pattern.size(); }
  bool next(std::string_view text) const {
    return pattern.substr(position, text.size()) == text;
  }
  bool take(std::string_view text);
  /// The character at the position; valid UTF-8 has been checked.
  uint32_t takeCharacter();

  RegexTree alternation();
  RegexTree sequence();
  RegexTree quantified(RegexTree atom, size_t where);
  bool interval(int &least, int &most);
  RegexTree atom();
  RegexTree group();
  RegexTree optionGroup(size_t where, bool &closed);
  RegexTree look(bool behind, bool negated, size_t where);
  RegexTree escape();
  RegexTree characterClass();
  RegexTree literal(uint32_t c, size_t where);

  // Sets, in RegexClass.cpp.
  std::optional<CodePointSet> bracket(size_t where, bool &negated);
  std::optional<CodePointSet> bracketItems(size_t where);
  std::optional<CodePointSet> posixClass();
  std::optional<CodePointSet> propertyEscape(size_t where);
  /// The set of \d, \s, ... or nothing if `letter` is none of those.
  std::optional<CodePointSet> setEscape(char letter, bool bare);
  /// The code point of \n, \x41, ...; the backslash has been taken.
  std::optional<uint32_t> codePointEscape(size_t where);
  std::optional<uint32_t> number(unsigned base, size_t least, size_t most);
  bool isFoldable(const CodePointSet &set, size_t where);

  std::string_view pattern;
  std::string &error;
  size_t position = 0;
  unsigned depth = 0;
  Options options;
  bool failed = false;
  std::vector<uint32_t> run; ///< neighbouring literals under (?i)
};

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_REGEXPARSER_H
