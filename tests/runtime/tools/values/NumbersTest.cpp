//===- NumbersTest.cpp - Elements of every type as numbers ----------------===//

#include "runtime/tools/values/Numbers.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace llmrt::tools;

/// The value of one element with these bits.
static double valueOf(llmrt_element_type type, uint16_t bits) {
  llmrt_value tensor = {};
  tensor.type = type;
  tensor.data = &bits;
  return numberAt(tensor, 0).real();
}

// What ONNX's own documentation of the types says ("float8", "float4").
TEST(Numbers, NarrowFloatsAreWhatTheirStandardSays) {
  EXPECT_EQ(valueOf(LLMRT_F16, 0x3c01), 1.0009765625);
  EXPECT_EQ(valueOf(LLMRT_F16, 0x8001), -std::ldexp(1, -24));
  EXPECT_EQ(valueOf(LLMRT_F16, 0xfc00), -INFINITY);
  EXPECT_TRUE(std::isnan(valueOf(LLMRT_F16, 0x7c01)));
  EXPECT_EQ(valueOf(LLMRT_BF16, 0xc049), -3.140625);
  EXPECT_EQ(valueOf(LLMRT_F8E4M3FN, 0x7e), 448);
  EXPECT_EQ(valueOf(LLMRT_F8E4M3FN, 0x01), std::ldexp(1, -9));
  EXPECT_TRUE(std::isnan(valueOf(LLMRT_F8E4M3FN, 0x7f)));
  EXPECT_TRUE(std::isnan(valueOf(LLMRT_F8E4M3FN, 0xff)));
  EXPECT_EQ(valueOf(LLMRT_F8E4M3FNUZ, 0x7f), 240);
  EXPECT_TRUE(std::isnan(valueOf(LLMRT_F8E4M3FNUZ, 0x80)));
  EXPECT_EQ(valueOf(LLMRT_F8E5M2, 0x7b), 57344);
  EXPECT_EQ(valueOf(LLMRT_F8E5M2, 0x7c), INFINITY);
  EXPECT_TRUE(std::isnan(valueOf(LLMRT_F8E5M2, 0x7d)));
  EXPECT_EQ(valueOf(LLMRT_F8E5M2FNUZ, 0x7f), 57344);
  EXPECT_TRUE(std::isnan(valueOf(LLMRT_F8E5M2FNUZ, 0x80)));
  EXPECT_EQ(valueOf(LLMRT_F8E8M0, 127), 1);
  EXPECT_EQ(valueOf(LLMRT_F8E8M0, 0), std::ldexp(1, -127));
  EXPECT_TRUE(std::isnan(valueOf(LLMRT_F8E8M0, 255)));
  EXPECT_EQ(valueOf(LLMRT_F4E2M1, 7), 6);
  EXPECT_EQ(valueOf(LLMRT_F4E2M1, 0xb), -1.5);
  EXPECT_EQ(valueOf(LLMRT_F4E2M1, 1), 0.5);
}
