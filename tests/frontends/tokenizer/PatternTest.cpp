//===- PatternTest.cpp - Patterns become automata that match the same -----===//

#include "frontends/tokenizer/BlobWriter.h"
#include "frontends/tokenizer/PatternAutomaton.h"
#include "runtime/lib/TokenizerPattern.h"

#include <ctime>
#include <gtest/gtest.h>

using namespace llm;

namespace {

/// A pattern's automaton, ready to search with.
class Matcher {
public:
  explicit Matcher(const std::string &regex) {
    RegexTree tree = parseRegex(regex, error);
    if (!tree)
      return;
    uint64_t work = kPatternWork;
    std::optional<PatternAutomaton> built = buildAutomaton(*tree, work, error);
    if (!built)
      return;
    automaton = *built;
    classes.resize(kCodePointEnd);
    for (const auto &[range, number] : automaton.classOf)
      std::fill(classes.begin() + range.first, classes.begin() + range.second,
                number);
    for (uint32_t page = 0; page < llmrt::kMapPages; ++page)
      index.push_back(uint16_t(page));
    pattern.classes = automaton.classes;
    pattern.columns = (automaton.classes + 1) << automaton.lookaheads.size();
    pattern.classOf = {index.data(), classes.data()};
    pattern.next = {automaton.next.data(), uint32_t(automaton.next.size())};
    pattern.start = {automaton.start.data(), uint32_t(automaton.start.size())};
    for (const auto &lookahead : automaton.lookaheads)
      pattern.lookaheads.push_back(
          {lookahead.data(), uint32_t(lookahead.size())});
    good = true;
  }

  std::vector<std::string> find(std::string_view text) const {
    std::vector<std::string> matches;
    llmrt::PatternSearch search(pattern, text);
    size_t begin, end;
    while (search.next(begin, end))
      matches.emplace_back(text.substr(begin, end - begin));
    return matches;
  }

  std::string error;
  bool good = false;
  PatternAutomaton automaton;
  llmrt::Pattern pattern;

private:
  std::vector<uint8_t> classes;
  std::vector<uint16_t> index;
};

using Matches = std::vector<std::string>;

Matches find(const std::string &regex, std::string_view text) {
  Matcher matcher(regex);
  EXPECT_TRUE(matcher.good) << regex << ": " << matcher.error;
  return matcher.good ? matcher.find(text) : Matches();
}

std::string errorOf(const std::string &regex) {
  Matcher matcher(regex);
  EXPECT_FALSE(matcher.good) << regex;
  return matcher.error;
}

TEST(Pattern, the_first_alternative_wins) {
  EXPECT_EQ(find("a|ab", "abab"), (Matches{"a", "a"}));
  EXPECT_EQ(find("ab|a", "abab"), (Matches{"ab", "ab"}));
  EXPECT_EQ(find("(?:ab|a)(?:c|bcd)?", "abcd"), (Matches{"abc"}));
  EXPECT_EQ(find("a??b|a", "aab"), (Matches{"a", "ab"}));
}

TEST(Pattern, repetitions_give_back_unless_possessive) {
  EXPECT_EQ(find("a+ab", "aaab"), (Matches{"aaab"}));
  EXPECT_EQ(find("a++ab", "aaab"), (Matches{}));
  EXPECT_EQ(find("a{2,3}", "aaaaa"), (Matches{"aaa", "aa"}));
  EXPECT_EQ(find("a{2,3}?", "aaaaa"), (Matches{"aa", "aa"}));
  EXPECT_EQ(find("a{,2}b", "aaab"), (Matches{"aab"}));
  EXPECT_EQ(find("a{b", "a{b"), (Matches{"a{b"}));
}

TEST(Pattern, space_before_a_word_stays_with_it) {
  EXPECT_EQ(find(" ?\\w+|\\s+(?!\\S)|\\s+", "a   b  "),
            (Matches{"a", "  ", " b", "  "}));
}

TEST(Pattern, case_is_ignored_where_asked) {
  EXPECT_EQ(find("(?i:'s|'t)|s", "'S'T's S"), (Matches{"'S", "'T", "'s"}));
  // U+017F folds to s, U+212A to k.
  EXPECT_EQ(find("(?i)s|k", "\u017f\u212a"), (Matches{"\u017f", "\u212a"}));
  EXPECT_EQ(find("a(?i)b|c", "aBacAc"), (Matches{"aB", "ac"}));
}

TEST(Pattern, neighbours_are_asked_for) {
  EXPECT_EQ(find("\\bthe\\b", "the then bathe the"), (Matches{"the", "the"}));
  EXPECT_EQ(find("(?<=a)b|(?<!a)c", "abacc"), (Matches{"b", "c"}));
  EXPECT_EQ(find("^.", "a\nb\n"), (Matches{"a", "b"}));
  EXPECT_EQ(find(".$", "ab\ncd"), (Matches{"b", "d"}));
  EXPECT_EQ(find("\\Aa|a\\z", "aaa"), (Matches{"a", "a"}));
}

TEST(Pattern, long_lookaheads_read_to_the_end) {
  EXPECT_EQ(find("\\d{1,3}(?=(?:\\d{3})*\\b)", "1234567 12"),
            (Matches{"1", "234", "567", "12"}));
  EXPECT_EQ(find("a(?!bc)", "abcabda"), (Matches{"a", "a"}));
}

TEST(Pattern, sets_combine) {
  EXPECT_EQ(find("[a-z&&[^aeiou]]+", "hello"), (Matches{"h", "ll"}));
  EXPECT_EQ(find("[^\\s\\p{L}]+", "a1 \u00e92-"), (Matches{"1", "2-"}));
  EXPECT_EQ(find("[\\p{Han}]+|[[:upper:]]+", "\u4e00\u4e8cAB\u00c9a"),
            (Matches{"\u4e00\u4e8c", "AB\u00c9"}));
  EXPECT_EQ(find("[]a]+", "a]b"), (Matches{"a]"}));
}

TEST(Pattern, an_empty_match_is_not_taken_twice) {
  EXPECT_EQ(find("x*", "axb"), (Matches{"", "x", ""}));
}

TEST(Pattern, errors_name_the_place) {
  EXPECT_EQ(errorOf("a(b"), "'(' without ')', at byte 1 of the pattern");
  EXPECT_EQ(errorOf("ab)"), "')' without '(', at byte 2 of the pattern");
  EXPECT_EQ(errorOf("x[a"), "'[' without ']', at byte 1 of the pattern");
  EXPECT_EQ(errorOf("*"), "a repetition of nothing, at byte 0 of the pattern");
  EXPECT_EQ(errorOf("(a)\\1"),
            "not supported yet: escape \\1, at byte 3 of the pattern");
  EXPECT_EQ(errorOf("a(?>b)"),
            "not supported yet: an atomic group, at byte 1 of the pattern");
  EXPECT_NE(errorOf("\\p{Nope}").find("not supported yet: property 'Nope'"),
            std::string::npos);
  EXPECT_EQ(errorOf("(?i:a\u00df)"),
            "not supported yet: a character under (?i) that folds to "
            "several, at byte 5 of the pattern");
  EXPECT_EQ(errorOf("(?i:xss)"), "not supported yet: characters under (?i) "
                                 "that fold to one, at byte 6 of the pattern");
  EXPECT_EQ(errorOf("(?:a*)*"), "not supported yet: an unbounded repetition "
                                "of what can be empty");
  EXPECT_NE(errorOf(std::string(200, '(')).find("deeper than 100"),
            std::string::npos);
  EXPECT_NE(
      errorOf("(?:(?:(?:a{99}){99}){99}){99}").find("more than 20000 places"),
      std::string::npos);
}

TEST(Pattern, time_is_linear_in_the_text) {
  // At each space the walk runs to the end of the spaces and finds no newline.
  Matcher matcher("\\s*[\\r\\n]+|\\s");
  ASSERT_TRUE(matcher.good);
  std::string text(200000, ' ');
  std::clock_t begin = std::clock();
  EXPECT_EQ(matcher.find(text).size(), text.size());
  // A quadratic search takes 2 * 10^10 steps. Time of the CPU, not of the
  // clock: the machine may be busy.
  EXPECT_LT(double(std::clock() - begin) / CLOCKS_PER_SEC, 8);
}

} // namespace
