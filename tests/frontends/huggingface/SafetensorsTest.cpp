//===- SafetensorsTest.cpp - Headers, right and wrong
//----------------------===//

#include "frontends/huggingface/Safetensors.h"

#include "tests/frontends/huggingface/SafetensorsBuilder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace llm;
using testing::HasSubstr;

namespace {
struct Result {
  bool good;
  std::vector<FoundTensor> tensors;
  std::string error;
};

/// Reads from a heap copy of exact size, so that sanitizers see overruns.
Result read(const std::string &file) {
  std::vector<uint8_t> bytes(file.begin(), file.end());
  Result result;
  result.good = huggingface::readSafetensors(bytes.data(), bytes.size(), 3, "f",
                                             result.tensors, result.error);
  EXPECT_EQ(result.good, result.error.empty());
  return result;
}

std::string entry(const std::string &dtype, const std::string &shape,
                  const std::string &offsets) {
  return "{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

std::string refusal(const std::string &header, size_t dataBytes = 0) {
  Result result = read(rawSafetensors(header, dataBytes));
  EXPECT_FALSE(result.good) << header;
  return result.error;
}
} // namespace

TEST(Safetensors, ReadsEveryTensorInFileOrder) {
  Result result = read(buildSafetensors(
      {{"b", {2, 3}, "BF16"}, {"a", {4}, "F32"}, {"c", {1, 1}, "F16"}}));
  ASSERT_TRUE(result.good) << result.error;
  ASSERT_EQ(result.tensors.size(), 3u);
  const FoundTensor &b = result.tensors[0], &a = result.tensors[1];
  EXPECT_EQ(b.name, "b");
  EXPECT_EQ(b.type, SourceType::BF16);
  EXPECT_EQ(b.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(b.bytes, 12u);
  EXPECT_EQ(b.file, 3u);
  EXPECT_EQ(a.offset, b.offset + 12);
  EXPECT_EQ(result.tensors[2].offset, a.offset + 16);
}

TEST(Safetensors, AcceptsScalarsEmptyTensorsAndNoTensors) {
  EXPECT_TRUE(read(rawSafetensors("{}", 0)).good);
  EXPECT_TRUE(
      read(rawSafetensors("{\"s\":" + entry("F32", "[]", "[0,4]") +
                              ",\"e\":" + entry("F32", "[0,7]", "[4,4]") + "}",
                          4))
          .good);
}

TEST(Safetensors, KeepsTypesItCannotReadByName) {
  Result result = read(
      rawSafetensors("{\"q\":" + entry("F8_E4M3", "[4]", "[0,4]") + "}", 4));
  ASSERT_TRUE(result.good) << result.error;
  EXPECT_FALSE(result.tensors[0].type.has_value());
  EXPECT_EQ(result.tensors[0].typeName, "F8_E4M3");
}

TEST(Safetensors, RefusesAHeaderLengthThatDoesNotFit) {
  EXPECT_THAT(read("1234567").error, HasSubstr("8 bytes of length"));
  std::string file = rawSafetensors("{}", 0);
  file[0] = 3;
  EXPECT_THAT(read(file).error, HasSubstr("the file holds 2 more"));
  file[7] = '\x7f';
  EXPECT_THAT(read(file).error, HasSubstr("at most 100000000"));
}

TEST(Safetensors, RefusesAHeaderThatIsNoObject) {
  EXPECT_THAT(refusal(""), HasSubstr("does not start with '{'"));
  EXPECT_THAT(refusal(" {}"), HasSubstr("does not start with '{'"));
  EXPECT_THAT(refusal("{"), HasSubstr("not well-formed JSON"));
  EXPECT_THAT(refusal("{}x"), HasSubstr("not well-formed JSON"));
  EXPECT_THAT(refusal("{\"a\":" + std::string(200, '[') + "}"),
              HasSubstr("not well-formed JSON"));
}

TEST(Safetensors, RefusesDuplicateKeysAtEveryLevel) {
  std::string a = "\"a\":" + entry("F32", "[1]", "[0,4]");
  EXPECT_THAT(refusal("{" + a + "," + a + "}", 4), HasSubstr("'a' twice"));
  EXPECT_THAT(
      refusal("{" + a + ",\"\\u0061\":" + entry("F32", "[1]", "[4,8]") + "}",
              8),
      HasSubstr("'a' twice"));
  EXPECT_THAT(refusal("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F16\",\"shape\":"
                      "[1],\"data_offsets\":[0,4]}}",
                      4),
              HasSubstr("'dtype' twice"));
}

TEST(Safetensors, RefusesGapsOverlapsAndTrailingBytes) {
  std::string one = entry("F32", "[1]", "[0,4]");
  EXPECT_THAT(
      refusal("{\"a\":" + one + ",\"b\":" + entry("F32", "[1]", "[8,12]") + "}",
              12),
      HasSubstr("belong to none"));
  EXPECT_THAT(
      refusal("{\"a\":" + one + ",\"b\":" + entry("F32", "[1]", "[2,6]") + "}",
              6),
      HasSubstr("belong to another tensor"));
  EXPECT_THAT(refusal("{\"a\":" + one + ",\"b\":" + one + "}", 4),
              HasSubstr("belong to another tensor"));
  EXPECT_THAT(refusal("{\"a\":" + entry("F32", "[1]", "[4,8]") + "}", 8),
              HasSubstr("belong to none"));
  EXPECT_THAT(refusal("{\"a\":" + one + "}", 5), HasSubstr("cover 4 of 5"));
  EXPECT_THAT(refusal("{}", 1), HasSubstr("cover 0 of 1"));
}

TEST(Safetensors, RefusesShapesThatDisagreeWithTheirBytes) {
  EXPECT_THAT(refusal("{\"a\":" + entry("F32", "[2]", "[0,4]") + "}", 4),
              HasSubstr("needs 8 bytes but its data_offsets hold 4"));
  EXPECT_THAT(refusal("{\"a\":" + entry("F4", "[3]", "[0,2]") + "}", 2),
              HasSubstr("impossible"));
  // The product is 2^64: 0 to whoever lets it wrap.
  EXPECT_THAT(refusal("{\"a\":" +
                      entry("F32", "[4294967296,4294967296]", "[0,0]") + "}"),
              HasSubstr("impossible"));
  // Fits in elements but not in bits.
  EXPECT_THAT(
      refusal("{\"a\":" + entry("F64", "[4611686018427387904]", "[0,0]") + "}"),
      HasSubstr("impossible"));
}

TEST(Safetensors, RefusesOffsetsOutsideTheFile) {
  for (const char *offsets :
       {"[0,8]", "[8,4]", "[-4,0]", "[0,18446744073709551612]", "[0,4.0]",
        "[9223372036854775804,9223372036854775807]"})
    EXPECT_THAT(refusal("{\"a\":" + entry("F32", "[1]", offsets) + "}", 4),
                HasSubstr("outside the file"))
        << offsets;
}

TEST(Safetensors, RefusesEntriesOfAnotherForm) {
  EXPECT_THAT(refusal("{\"a\":5}"), HasSubstr("a number; accepted: an object"));
  EXPECT_THAT(refusal("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}"),
              HasSubstr("exactly"));
  EXPECT_THAT(refusal("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\""
                      ":[0,4],\"stride\":[1]}}",
                      4),
              HasSubstr("exactly"));
  EXPECT_THAT(refusal("{\"a\":" + entry("F32", "[1]", "[0,4,8]") + "}", 4),
              HasSubstr("exactly"));
  EXPECT_THAT(refusal("{\"a\":" + entry("Q9", "[1]", "[0,4]") + "}", 4),
              HasSubstr("unknown dtype 'Q9'"));
  EXPECT_THAT(refusal("{\"a\":" + entry("F32", "[-1]", "[0,4]") + "}", 4),
              HasSubstr("no whole number"));
  EXPECT_THAT(
      refusal("{\"a\":" + entry("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") + "}",
              4),
      HasSubstr("9 dimensions"));
  EXPECT_THAT(refusal("{\"\":" + entry("F32", "[1]", "[0,4]") + "}", 4),
              HasSubstr("name of 0 bytes"));
  EXPECT_THAT(refusal("{\"__metadata__\":{\"a\":1}}"),
              HasSubstr("no object of strings"));
}

TEST(Safetensors, NoTruncationIsAccepted) {
  std::string file = buildSafetensors({{"a", {3}, "F32"}, {"b", {2, 2}}});
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(read(file.substr(0, size)).good) << size;
}

TEST(Safetensors, FlippedBitsNeverLeadOutsideTheFile) {
  std::string file = buildSafetensors({{"a", {3}, "F32"}, {"b", {2, 2}}});
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string damaged = file;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    for (const FoundTensor &tensor : read(damaged).tensors)
      EXPECT_LE(tensor.offset + tensor.bytes, file.size()) << bit;
  }
}
