//===- PlainTensorTest.cpp - Tensors whose elements lie one after another -===//

#include "frontends/PlainTensor.h"

#include <gtest/gtest.h>

using namespace llm;

static std::vector<uint8_t> copied(SourceType type,
                                   const std::vector<uint8_t> &source,
                                   uint64_t first, uint64_t count) {
  std::vector<uint8_t> to(count * elementBytes(type));
  copyElements(type, source.data(), first, count, to.data());
  return to;
}

TEST(PlainTensor, BytesInAFile) {
  EXPECT_EQ(fileBytes(SourceType::F16, 3), 6u);
  EXPECT_EQ(fileBytes(SourceType::I4, 3), 2u);
  EXPECT_EQ(fileBytes(SourceType::U2, 5), 2u);
  EXPECT_EQ(fileBytes(SourceType::C128, 2), 32u);
  EXPECT_EQ(fileBytes(SourceType::F64, uint64_t(1) << 60), std::nullopt);
}

TEST(PlainTensor, BlockTypesAreNotPlain) {
  EXPECT_EQ(elementBits(SourceType::Q4_0), 0u);
}

TEST(PlainTensor, ElementsBelowAByteTakeOneEach) {
  const std::vector<uint8_t> bytes = {0x21, 0xf3};
  EXPECT_EQ(copied(SourceType::U4, bytes, 1, 3),
            (std::vector<uint8_t>{2, 3, 15}));
  EXPECT_EQ(copied(SourceType::I4, bytes, 2, 2),
            (std::vector<uint8_t>{3, 255}));
  EXPECT_EQ(copied(SourceType::I2, bytes, 1, 4),
            (std::vector<uint8_t>{0, 254, 0, 255}));
}

TEST(PlainTensor, TruthValuesAreZeroOrOne) {
  EXPECT_EQ(copied(SourceType::Bool, {0, 1, 2, 255}, 0, 4),
            (std::vector<uint8_t>{0, 1, 1, 1}));
}

TEST(PlainTensor, OtherElementsAreCopied) {
  EXPECT_EQ(copied(SourceType::I16, {1, 2, 3, 4, 5, 6}, 1, 2),
            (std::vector<uint8_t>{3, 4, 5, 6}));
}
