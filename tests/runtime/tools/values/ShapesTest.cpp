//===- ShapesTest.cpp - Inputs of a graph to measure it with --------------===//

#include "runtime/tools/values/Shapes.h"
#include "runtime/tools/values/Numbers.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace llmrt::tools;

TEST(Shapes, AFlagIsANameAndDimensions) {
  std::string name, error;
  Shape shape;
  ASSERT_TRUE(parseShape("a=b=1,3,224", name, shape, error));
  EXPECT_EQ(name, "a=b");
  EXPECT_EQ(shape, (Shape{1, 3, 224}));
  ASSERT_TRUE(parseShape("a=", name, shape, error));
  EXPECT_TRUE(shape.empty());
  for (const char *bad : {"", "a", "=1", "a=1,", "a=,1", "a=1,,2", "a=x",
                          "a=-1", "a=1 2", "a=99999999999999999999"})
    EXPECT_FALSE(parseShape(bad, name, shape, error)) << bad;
}

TEST(Shapes, RandomFloatsOfEveryTypeAreBelowOne) {
  for (llmrt_element_type type :
       {LLMRT_F32, LLMRT_F64, LLMRT_F16, LLMRT_BF16, LLMRT_F8E4M3FN,
        LLMRT_F8E5M2FNUZ, LLMRT_F4E2M1, LLMRT_C64, LLMRT_F8E8M0}) {
    Value value;
    std::string error;
    ASSERT_TRUE(randomTensor(type, {100}, 1, value, error));
    llmrt_value view = value.view();
    for (uint64_t i = 0; i < 100; ++i)
      EXPECT_LE(std::abs(numberAt(view, i)), 1.42) << type;
  }
  Value value;
  std::string error;
  EXPECT_FALSE(randomTensor(LLMRT_F32, {1 << 30, 1 << 30}, 1, value, error));
  ASSERT_TRUE(randomTensor(LLMRT_I64, {50}, 1, value, error));
  llmrt_value view = value.view();
  for (uint64_t i = 0; i < 50; ++i)
    EXPECT_LE(uint64_t(integerAt(view, i)), 1u);
}
