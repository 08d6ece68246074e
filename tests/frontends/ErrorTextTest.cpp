//===- ErrorTextTest.cpp - Names and lists in messages
//---------------------===//

#include "frontends/ErrorText.h"

#include "frontends/Limits.h"

#include <gtest/gtest.h>

using namespace llm;

TEST(ErrorText, NamesCannotSteerATerminal) {
  EXPECT_EQ(quoteName("blk.0"), "'blk.0'");
  EXPECT_EQ(quoteName("a\x1b[2Jb\n"), "'a\\x1b[2Jb\\x0a'");
  EXPECT_EQ(quoteName("\xc2\x9b"), "'\\xc2\\x9b'");
  EXPECT_EQ(quoteName(std::string_view("\0", 1)), "'\\x00'");
}

TEST(ErrorText, NamesKeepUtf8AndEscapeTheRest) {
  EXPECT_EQ(quoteName("h\xc3\xa9 \xe2\x96\x81 \xf0\x9f\x98\x80"),
            "'h\xc3\xa9 \xe2\x96\x81 \xf0\x9f\x98\x80'");
  EXPECT_EQ(quoteName("\xff\xc3"), "'\\xff\\xc3'");
  EXPECT_EQ(quoteName("\xc0\x80"), "'\\xc0\\x80'");          // overlong
  EXPECT_EQ(quoteName("\xed\xa0\x80"), "'\\xed\\xa0\\x80'"); // surrogate
}

TEST(ErrorText, LongNamesAreCut) {
  std::string text = quoteName(std::string(100000, 'x'));
  EXPECT_LT(text.size(), 200u);
  EXPECT_NE(text.find("..."), std::string::npos);
}

TEST(ErrorText, OneProblemIsALineAndSeveralAList) {
  Problems problems;
  EXPECT_TRUE(problems.empty());
  problems.add("first");
  EXPECT_EQ(problems.text("file"), "file: first");
  problems.add("second");
  EXPECT_EQ(problems.text("file"), "file: 2 problems:\n  first\n  second");
}

TEST(ErrorText, ProblemsPastTheCapAreCounted) {
  Problems problems;
  for (size_t i = 0; i < limits::kMaxProblems + 7; ++i)
    problems.add("x");
  std::string text = problems.text("file");
  EXPECT_NE(text.find("507 problems"), std::string::npos);
  EXPECT_NE(text.find("and 7 more"), std::string::npos);
}
