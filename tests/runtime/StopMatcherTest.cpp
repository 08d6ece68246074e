//===- StopMatcherTest.cpp - No part of a stop string is shown ------------===//

#include "runtime/lib/StopMatcher.h"

#include <gtest/gtest.h>

using namespace llmrt;

namespace {

/// What comes out, "|" between pushes.
std::string run(const std::vector<std::string> &stops,
                const std::vector<std::string> &pieces) {
  StopMatcher matcher(stops, 16);
  std::string out;
  for (const std::string &piece : pieces)
    out += std::string(matcher.push(piece)) + "|";
  out += matcher.flush();
  return out + (matcher.stopped() ? "#" : "");
}

} // namespace

TEST(StopMatcher, TextWithoutStopsPassesAtOnce) {
  EXPECT_EQ(run({}, {"a", "", "bc"}), "a||bc|");
  EXPECT_EQ(run({"xyz"}, {"a", "b"}), "a|b|");
}

TEST(StopMatcher, StopsWithinAndAcrossPieces) {
  EXPECT_EQ(run({"stop"}, {"a stop b", "c"}), "a ||#");
  EXPECT_EQ(run({"stop"}, {"a s", "to", "p b"}), "a |||#");
}

TEST(StopMatcher, WhatTurnsOutToBeOtherTextIsLetGo) {
  EXPECT_EQ(run({"stop"}, {"a st", "art"}), "a |start|");
  EXPECT_EQ(run({"stop"}, {"a sto"}), "a |sto");
  EXPECT_EQ(run({"aab"}, {"a", "a", "a", "b", "c"}), "||a|||#");
}

TEST(StopMatcher, TheEarliestOfSeveralCounts) {
  EXPECT_EQ(run({"cd", "b"}, {"abcd"}), "a|#");
  EXPECT_EQ(run({"abcX", "bc"}, {"abc"}), "a|#");
  EXPECT_EQ(run({"long one", "one"}, {"long ", "one"}), "||#");
}

TEST(StopMatcher, CharactersStayWhole) {
  // Both start with the same byte; nothing is cut within a character.
  EXPECT_EQ(run({"\u00e9!"}, {"\u00e8", "\u00e9", "?"}), "\u00e8||\u00e9?|");
  EXPECT_EQ(run({"\u4f60\u597d"}, {"\u4f60", "\u4f60\u597d"}), "|\u4f60|#");
}

TEST(StopMatcher, AgreesWithASearchOfTheWholeText) {
  // All texts of up to 9 letters over two letters, cut everywhere.
  std::vector<std::string> stops = {"aba", "bbab"};
  for (int bits = 0; bits < 512; ++bits) {
    std::string text;
    for (int index = 0; index < 9; ++index)
      text += bits >> index & 1 ? 'b' : 'a';
    size_t end = std::min(text.find(stops[0]), text.find(stops[1]));
    for (size_t step = 1; step < 5; ++step) {
      StopMatcher matcher(stops, 16);
      std::string out;
      for (size_t from = 0; from < text.size(); from += step)
        out += matcher.push(std::string_view(text).substr(from, step));
      out += matcher.flush();
      EXPECT_EQ(out, text.substr(0, end)) << text << " by " << step;
    }
  }
}
