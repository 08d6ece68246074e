//===- CheckedMathTest.cpp - Arithmetic that never wraps
//-------------------===//

#include "frontends/CheckedMath.h"

#include <gtest/gtest.h>

using namespace llm;

static constexpr uint64_t kMost = UINT64_MAX;

TEST(CheckedMath, SumsAndProductsThatFitAreExact) {
  EXPECT_EQ(checkedAdd<uint64_t>(kMost - 1, 1), kMost);
  EXPECT_EQ(checkedMul<uint64_t>(1ull << 32, (1ull << 32) - 1),
            0xFFFFFFFF00000000ull);
  EXPECT_EQ(checkedMul<int64_t>(-4, 5), -20);
}

TEST(CheckedMath, SumsAndProductsThatWrapAreNothing) {
  EXPECT_EQ(checkedAdd<uint64_t>(kMost, 1), std::nullopt);
  EXPECT_EQ(checkedMul<uint64_t>(1ull << 32, 1ull << 32), std::nullopt);
  EXPECT_EQ(checkedMul<int64_t>(INT64_MAX, 2), std::nullopt);
}

TEST(CheckedMath, CastsKeepTheValueOrNothing) {
  EXPECT_EQ((checkedCast<int32_t>(int64_t(INT32_MAX))), INT32_MAX);
  EXPECT_EQ((checkedCast<int32_t>(int64_t(INT32_MAX) + 1)), std::nullopt);
  EXPECT_EQ((checkedCast<uint32_t>(int64_t(-1))), std::nullopt);
  EXPECT_EQ((checkedCast<int64_t>(kMost)), std::nullopt);
  EXPECT_EQ((checkedCast<int64_t>(uint64_t(INT64_MAX))), INT64_MAX);
}

TEST(CheckedMath, AlignsUpByPowersOfTwoOnly) {
  EXPECT_EQ(checkedAlignUp(0, 32), 0u);
  EXPECT_EQ(checkedAlignUp(1, 32), 32u);
  EXPECT_EQ(checkedAlignUp(32, 32), 32u);
  EXPECT_EQ(checkedAlignUp(7, 0), std::nullopt);
  EXPECT_EQ(checkedAlignUp(7, 24), std::nullopt);
  EXPECT_EQ(checkedAlignUp(kMost - 3, 32), std::nullopt);
}

TEST(CheckedMath, RangesAreComparedWithoutTheirEnd) {
  EXPECT_TRUE(isRangeWithin(10, 0, 10));
  EXPECT_TRUE(isRangeWithin(4, 6, 10));
  EXPECT_FALSE(isRangeWithin(4, 7, 10));
  EXPECT_FALSE(isRangeWithin(11, 0, 10));
  EXPECT_FALSE(isRangeWithin(kMost - 50, 100, 1000));
}

TEST(CheckedMath, ElementCountsRefuseWhatDoesNotFit) {
  EXPECT_EQ(checkedElementCount({}), 1u);
  EXPECT_EQ(checkedElementCount({3, 4, 5}), 60u);
  EXPECT_EQ(checkedElementCount({3, 0, 5}), 0u);
  EXPECT_EQ(checkedElementCount({3, -1}), std::nullopt);
  EXPECT_EQ(checkedElementCount({4, 1073741823, 1073741825, 4}), std::nullopt);
}
