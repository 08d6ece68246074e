//===- BlockFormatsTest.cpp - Block layouts against gguf-py
//----------------===//
//
// The layouts that BlockFormats.h documents, as DequantizeBlock.h follows them,
// must give gguf-py's values bit by bit.
//
//===----------------------------------------------------------------------===//

#include "tests/frontends/gguf/DequantizeBlock.h"

#include "tests/frontends/gguf/BlockGoldens.inc"

#include <gtest/gtest.h>
#include <vector>

using namespace llm;

namespace {
struct Golden {
  SourceType type;
  const uint8_t *bytes;
  size_t byteCount;
  const uint32_t *values;
  size_t valueCount;
};

#define LLM_GOLDEN(TYPE)                                                       \
  Golden {                                                                     \
    SourceType::TYPE, k##TYPE##Bytes, sizeof(k##TYPE##Bytes), k##TYPE##Values, \
        sizeof(k##TYPE##Values) / sizeof(uint32_t)                             \
  }

class BlockFormats : public testing::TestWithParam<Golden> {};
} // namespace

TEST_P(BlockFormats, GiveTheValuesOfGgufPy) {
  const Golden &golden = GetParam();
  BlockFormat format = blockFormat(golden.type);
  ASSERT_EQ(golden.byteCount % format.bytes, 0u);
  size_t blocks = golden.byteCount / format.bytes;
  ASSERT_EQ(golden.valueCount, blocks * format.elements);
  ASSERT_GE(blocks, 3u);
  std::vector<float> values(format.elements);
  for (size_t block = 0; block < blocks; ++block) {
    dequantizeBlock(golden.type, golden.bytes + block * format.bytes,
                    values.data());
    for (size_t e = 0; e < format.elements; ++e) {
      uint32_t pattern;
      std::memcpy(&pattern, &values[e], sizeof(pattern));
      uint32_t expected = golden.values[block * format.elements + e];
      ASSERT_EQ(pattern, expected) << format.name << " block " << block
                                   << " element " << e << ": " << values[e];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    AllTypes, BlockFormats,
    testing::Values(LLM_GOLDEN(F16), LLM_GOLDEN(BF16), LLM_GOLDEN(Q4_0),
                    LLM_GOLDEN(Q4_1), LLM_GOLDEN(Q5_0), LLM_GOLDEN(Q5_1),
                    LLM_GOLDEN(Q8_0), LLM_GOLDEN(Q2_K), LLM_GOLDEN(Q3_K),
                    LLM_GOLDEN(Q4_K), LLM_GOLDEN(Q5_K), LLM_GOLDEN(Q6_K)),
    [](const testing::TestParamInfo<Golden> &info) {
      return std::string(blockFormat(info.param.type).name);
    });
