//===- CompareTest.cpp - Is a value the one that was expected? ------------===//

#include "runtime/tools/values/Compare.h"
#include "runtime/tools/values/Value.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace llmrt::tools;

template <typename T>
static Value tensorOf(llmrt_element_type type, std::vector<T> numbers) {
  Value value;
  value.type = type;
  value.dims = {int64_t(numbers.size())};
  const auto *begin = reinterpret_cast<const uint8_t *>(numbers.data());
  value.bytes.assign(begin, begin + numbers.size() * sizeof(T));
  return value;
}

static std::string differenceOf(Value found, Value expected) {
  return difference(found.view(), expected.view(), Tolerance());
}

TEST(Compare, FloatsAreComparedWithinBothTolerances) {
  auto floats = [](std::vector<float> numbers) {
    return tensorOf(LLMRT_F32, std::move(numbers));
  };
  EXPECT_EQ(differenceOf(floats({1000.9f, 0.5e-7f}), floats({1000, 0})), "");
  EXPECT_EQ(differenceOf(floats({1001.5f}), floats({1000})),
            "1 of 1 elements of f32[1] differ; [0] is 1001.5, expected 1000");
  EXPECT_EQ(differenceOf(floats({2e-7f}), floats({0})),
            "1 of 1 elements of f32[1] differ; [0] is 2e-07, expected 0");
  EXPECT_EQ(differenceOf(floats({NAN, INFINITY, -INFINITY}),
                         floats({-NAN, INFINITY, -INFINITY})),
            "");
  EXPECT_NE(differenceOf(floats({INFINITY}), floats({1e38f})), "");
  EXPECT_NE(differenceOf(floats({1e38f}), floats({INFINITY})), "");
  EXPECT_NE(differenceOf(floats({-INFINITY}), floats({INFINITY})), "");
  EXPECT_NE(differenceOf(floats({0}), floats({NAN})), "");
  EXPECT_NE(differenceOf(floats({NAN}), floats({0})), "");
}

TEST(Compare, ComplexNumbersAreComparedByDistance) {
  auto complex = [](std::vector<double> numbers) {
    Value value = tensorOf(LLMRT_C128, std::move(numbers));
    value.dims = {value.dims[0] / 2};
    return value;
  };
  EXPECT_EQ(differenceOf(complex({1000, 0.5}), complex({1000, 0})), "");
  EXPECT_EQ(differenceOf(complex({1, 0.5}), complex({1, 0})),
            "1 of 1 elements of c128[1] differ; [0] is 1+0.5i, expected 1+0i");
  EXPECT_EQ(differenceOf(complex({NAN, 1}), complex({NAN, 1})), "");
  EXPECT_NE(differenceOf(complex({NAN, 1}), complex({NAN, 2})), "");
}

TEST(Compare, IntegersAreComparedExactly) {
  EXPECT_NE(differenceOf(tensorOf<int32_t>(LLMRT_I32, {100000}),
                         tensorOf<int32_t>(LLMRT_I32, {100001})),
            "");
  EXPECT_EQ(differenceOf(tensorOf<uint64_t>(LLMRT_U64, {UINT64_MAX}),
                         tensorOf<uint64_t>(LLMRT_U64, {UINT64_MAX - 1})),
            "1 of 1 elements of u64[1] differ; [0] is 18446744073709551615, "
            "expected 18446744073709551614");
  EXPECT_EQ(differenceOf(tensorOf<int8_t>(LLMRT_I4, {-3, 7}),
                         tensorOf<int8_t>(LLMRT_I4, {-3, 7})),
            "");
}

TEST(Compare, ShapesTypesAndKindsAreCompared) {
  Value two = tensorOf<float>(LLMRT_F32, {1, 2}), square = two, sequence;
  square.dims = {1, 2};
  EXPECT_EQ(differenceOf(two, square), "is f32[2], expected f32[1, 2]");
  EXPECT_EQ(differenceOf(tensorOf<double>(LLMRT_F64, {1, 2}), two),
            "is f64[2], expected f32[2]");
  sequence.kind = LLMRT_SEQUENCE;
  EXPECT_EQ(differenceOf(two, sequence), "is f32[2], expected a sequence of 0");
  Value longer = sequence;
  longer.items = {two};
  EXPECT_EQ(differenceOf(longer, sequence),
            "is a sequence of 1, expected a sequence of 0");
  Value other = longer;
  other.items[0] = tensorOf<float>(LLMRT_F32, {1, 3});
  EXPECT_EQ(differenceOf(longer, other),
            "item 0: 1 of 2 elements of f32[2] differ; [1] is 2, expected 3");
}

TEST(Compare, TheFirstDifferencesAreShown) {
  Value zeros = tensorOf(LLMRT_F32, std::vector<float>(24)),
        ones = tensorOf(LLMRT_F32, std::vector<float>(24, 1));
  zeros.dims = ones.dims = {2, 3, 4};
  EXPECT_EQ(differenceOf(zeros, ones),
            "24 of 24 elements of f32[2, 3, 4] differ; [0, 0, 0] is 0, "
            "expected 1; [0, 0, 1] is 0, expected 1; [0, 0, 2] is 0, expected "
            "1; [0, 0, 3] is 0, expected 1; [0, 1, 0] is 0, expected 1; ...");
}
