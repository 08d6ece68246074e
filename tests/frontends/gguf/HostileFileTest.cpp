//===- HostileFileTest.cpp - GGUF files made to break a loader
//-------------===//
//
// One test for each way in which a published loader was broken, bypasses of
// earlier fixes included. Every file must be refused with a reason; the readers
// run on heap copies of exact size, so that sanitizers see an overrun.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Model.h"

#include "tests/frontends/gguf/GgufBuilder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace llm;
using namespace llm::gguf;
using testing::AnyOf;
using testing::HasSubstr;

/// Empty when the whole way to a checkpoint succeeds.
static std::string readAll(const std::string &file) {
  std::vector<uint8_t> bytes(file.begin(), file.end());
  std::vector<Header> headers(1);
  std::string error;
  Checkpoint checkpoint;
  if (!readHeader(bytes.data(), bytes.size(), 0, "file", headers[0], error) ||
      !readModel(headers, checkpoint, error)) {
    EXPECT_NE(error, "");
    return error;
  }
  for (const auto &[name, tensor] : checkpoint.tensors)
    EXPECT_LE(tensor.offset + tensor.bytes, bytes.size()) << name;
  return "";
}

static std::string tinyFile() {
  GgufBuilder builder = tinyMetadata();
  builder.strings("tokenizer.ggml.tokens", {"a", "b", "c", "d", "e"});
  return addTinyTensors(builder).build();
}

TEST(HostileGguf, TheTinyFileItselfIsFine) {
  EXPECT_EQ(readAll(tinyFile()), "");
}

// CVE-2024-21836, -23496: tables allocated from header counts.
TEST(HostileGguf, CountsLargerThanTheFile) {
  for (uint64_t count : {uint64_t(100), uint64_t(1) << 31, uint64_t(1) << 60,
                         UINT64_MAX / 32, UINT64_MAX}) {
    EXPECT_THAT(readAll(GgufBuilder().build(3, count, 0)),
                HasSubstr("no more than the file has bytes for"));
    EXPECT_THAT(readAll(GgufBuilder().build(3, 0, count)),
                HasSubstr("no more than the file has bytes for"));
  }
}

// CVE-2024-21802, -23605: a string length that wraps when 1 is added.
TEST(HostileGguf, StringsLongerThanTheFile) {
  for (uint64_t length :
       {uint64_t(1000), uint64_t(1) << 40, UINT64_MAX - 1, UINT64_MAX}) {
    GgufBuilder key;
    key.pairs = GgufBuilder::number(length) + std::string(40, 'k');
    EXPECT_THAT(readAll(key.build(3, 0, 1)),
                HasSubstr("a metadata key is said to have"));
    EXPECT_THAT(
        readAll(GgufBuilder()
                    .pair("k", GgufBuilder::String, GgufBuilder::number(length))
                    .build()),
        HasSubstr("a string of 'k' is said to have"));
    GgufBuilder name;
    name.infos = GgufBuilder::number(length) + std::string(40, 'n');
    EXPECT_THAT(readAll(name.build(3, 1, 0)),
                HasSubstr("a tensor name is said to have"));
  }
}

// CVE-2024-21825: element count times element size wraps.
TEST(HostileGguf, ArraysLargerThanTheFile) {
  for (uint32_t type : {0u, 4u, 6u, 10u, 12u})
    for (uint64_t count : {uint64_t(1) << 20, uint64_t(1) << 61,
                           (uint64_t(1) << 61) + 1, UINT64_MAX})
      EXPECT_THAT(
          readAll(GgufBuilder().array("k", type, count, "xxxxxxxx").build()),
          HasSubstr("elements of type"));
  for (uint64_t count : {uint64_t(3), uint64_t(1) << 61, UINT64_MAX})
    EXPECT_THAT(readAll(GgufBuilder()
                            .array("k", GgufBuilder::String, count,
                                   GgufBuilder::string("a"))
                            .build()),
                AnyOf(HasSubstr("ends inside a string of 'k'"),
                      HasSubstr("a string of 'k' is said to have")));
}

TEST(HostileGguf, UnknownAndNestedTypes) {
  EXPECT_THAT(readAll(GgufBuilder().pair("k", 13, "x").build()),
              HasSubstr("unknown type 13"));
  EXPECT_THAT(readAll(GgufBuilder().array("k", UINT32_MAX, 1, "x").build()),
              HasSubstr("unknown type 4294967295"));
  std::string nested;
  for (int i = 0; i < 10000; ++i)
    nested += GgufBuilder::number(9u) + GgufBuilder::number<uint64_t>(1);
  EXPECT_THAT(readAll(GgufBuilder().pair("k", 9, nested).build()),
              HasSubstr("array of arrays"));
}

// llama.cpp #24988, #25596, #26318: an alignment of another type was trusted
// or aborted on. #24997, candle #3876, gguf-tools #27: 0, or absurdly large.
TEST(HostileGguf, AlignmentsThatAreNone) {
  auto file = [](uint32_t type, const std::string &value) {
    GgufBuilder builder;
    builder.pair("general.alignment", type, value).floats("t", {1});
    return readAll(builder.build());
  };
  EXPECT_THAT(file(4, GgufBuilder::number(0u)), HasSubstr("alignment' is 0"));
  EXPECT_THAT(file(4, GgufBuilder::number(48u)), HasSubstr("a power of two"));
  EXPECT_THAT(file(4, GgufBuilder::number(0x80000000u)),
              HasSubstr("from 1 to 1048576"));
  EXPECT_THAT(file(5, GgufBuilder::number(-32)), HasSubstr("is -32"));
  EXPECT_THAT(file(10, GgufBuilder::number(UINT64_MAX)),
              HasSubstr("of type u64"));
  EXPECT_THAT(file(8, GgufBuilder::string("32")), HasSubstr("type string"));
  EXPECT_THAT(file(9, GgufBuilder::number(4u) +
                          GgufBuilder::number<uint64_t>(1) +
                          GgufBuilder::number(32u)),
              HasSubstr("an array of 1 u32"));
  EXPECT_THAT(file(6, GgufBuilder::number(32.0f)), HasSubstr("type f32"));
}

static std::string withTensor(const std::vector<uint64_t> &extents,
                              uint32_t type, uint64_t offset) {
  GgufBuilder builder;
  builder.floats("first", {64}).rawTensor("t", extents, type, offset);
  return readAll(builder.build());
}

// CVE-2026-33298 (GHSA-96jg-mvhq-q7q7), llama.cpp #18674: extents whose
// product, or whose byte size, wraps to something small.
TEST(HostileGguf, ExtentsWhoseProductWraps) {
  const uint64_t big = uint64_t(1) << 32;
  EXPECT_THAT(withTensor({big, big}, 0, 0), HasSubstr("more than 2^63"));
  EXPECT_THAT(withTensor({4, 1073741823, 1073741825, 4}, 0, 0),
              HasSubstr("more than 2^63"));
  EXPECT_THAT(withTensor({1152, (uint64_t(1) << 42) + 1}, 8, 0),
              HasSubstr("the file holds"));
  // 2^62 floats: 2^64 bytes.
  EXPECT_THAT(withTensor({uint64_t(1) << 62}, 0, 0),
              HasSubstr("more than 2^64 bytes"));
  EXPECT_THAT(withTensor({UINT64_MAX}, 0, 0), HasSubstr("has an extent of"));
  EXPECT_THAT(withTensor({uint64_t(1) << 63}, 0, 0),
              HasSubstr("has an extent of"));
}

// llama.cpp #26978, #28810, #24759: bytes that wrap to 0 when padded.
// [4, 2^30 - 1, 2^30 + 1] floats are 2^64 - 16 bytes.
TEST(HostileGguf, SizesThatWrapWhenPadded) {
  EXPECT_THAT(withTensor({4, 1073741823, 1073741825}, 0, 256),
              HasSubstr("needs 18446744073709551600 bytes at offset 256"));
}

// CVE-2025-53630 and its bypass CVE-2026-27940: the sum of all tensors' sizes
// wraps. Each tensor is checked against the file by itself here; two of almost
// 2^63 bytes must both fail.
TEST(HostileGguf, SumsOfSizesThatWrap) {
  GgufBuilder builder;
  builder.floats("first", {64})
      .rawTensor("a", {uint64_t(1) << 60}, 0, 256)
      .rawTensor("b", {uint64_t(1) << 60}, 0, uint64_t(1) << 62)
      .rawTensor("c", {uint64_t(1) << 60}, 0, uint64_t(1) << 63);
  EXPECT_THAT(readAll(builder.build()), HasSubstr("needs 4611686018427387904"));
}

// llama.cpp #25596: a division by an extent of 0.
TEST(HostileGguf, ExtentsOfZero) {
  EXPECT_THAT(withTensor({4, 0}, 0, 0), HasSubstr("an extent of 0"));
  EXPECT_THAT(withTensor({0}, 0, 0), HasSubstr("an extent of 0"));
}

TEST(HostileGguf, RanksOutsideTheFormat) {
  EXPECT_THAT(withTensor({}, 0, 0), HasSubstr("has 0 dimensions"));
  EXPECT_THAT(withTensor({1, 1, 1, 1, 1}, 0, 0), HasSubstr("has 5 dimensions"));
}

TEST(HostileGguf, RowsThatAreNoWholeBlocks) {
  EXPECT_THAT(withTensor({48}, 2, 0), HasSubstr("whole blocks of 32"));
  EXPECT_THAT(withTensor({128, 2}, 12, 0), HasSubstr("whole blocks of 256"));
}

TEST(HostileGguf, OffsetsOutsideTheData) {
  EXPECT_THAT(withTensor({64}, 0, 32), HasSubstr("it may be cut short"));
  EXPECT_THAT(withTensor({1}, 0, UINT64_MAX - 31), HasSubstr("at offset"));
  EXPECT_THAT(withTensor({1}, 0, UINT64_MAX), HasSubstr("at offset"));
  EXPECT_THAT(withTensor({1}, 0, 4), HasSubstr("multiples of the alignment"));
}

TEST(HostileGguf, TensorsThatOverlap) {
  EXPECT_THAT(withTensor({1}, 0, 0), HasSubstr("overlap"));
  EXPECT_THAT(withTensor({1}, 0, 224), HasSubstr("overlap"));
}

TEST(HostileGguf, NamesLongerThanTheFormatAllows) {
  GgufBuilder builder;
  builder.floats(std::string(65, 'n'), {1});
  EXPECT_THAT(readAll(builder.build()), HasSubstr("at most 64"));
  EXPECT_THAT(readAll(GgufBuilder().u32(std::string(65536, 'k'), 1).build()),
              HasSubstr("at most 65535"));
}

TEST(HostileGguf, KeysAndTensorsThatAreThereTwice) {
  EXPECT_THAT(readAll(GgufBuilder().u32("k", 1).u32("k", 1).build()),
              HasSubstr("'k' is there twice"));
  GgufBuilder builder = tinyMetadata();
  addTinyTensors(builder).floats("output_norm.weight", {8});
  EXPECT_THAT(readAll(builder.build()),
              HasSubstr("'output_norm.weight' is there twice"));
}

TEST(HostileGguf, OtherVersionsAndByteOrders) {
  EXPECT_THAT(readAll(GgufBuilder().build(0x03000000)),
              HasSubstr("not supported yet: a big-endian file"));
  for (uint32_t version : {0u, 1u, 4u, UINT32_MAX})
    EXPECT_THAT(
        readAll(GgufBuilder().build(version)),
        HasSubstr("version " + std::to_string(version) + "; accepted: 2, 3"));
  EXPECT_THAT(readAll("GGUX"), HasSubstr("does not start with 'GGUF'"));
}

// CVE-2025-49847 and lmstudio-bug-tracker #2289 began with ids and tokens that
// did not belong to the vocabulary.
TEST(HostileGguf, TokensAndIdsOutsideTheVocabulary) {
  auto file = [](GgufBuilder builder) {
    return readAll(addTinyTensors(builder).build());
  };
  auto base = [] {
    return tinyMetadata()
        .text("tokenizer.ggml.model", "gpt2")
        .strings("tokenizer.ggml.tokens", {"a", "b", "c", "d", "e"});
  };
  EXPECT_EQ(file(base()), "");
  EXPECT_THAT(file(tinyMetadata()
                       .text("tokenizer.ggml.model", "gpt2")
                       .strings("tokenizer.ggml.tokens",
                                {"a", "b", "c", "d", "e", "f"})),
              HasSubstr("at most as many as the embedding has rows, 5"));
  for (const char *key : {"bos_token_id", "eos_token_id", "unknown_token_id",
                          "padding_token_id", "eot_token_id", "eom_token_id"}) {
    std::string full = std::string("tokenizer.ggml.") + key;
    EXPECT_THAT(file(base().u32(full, 5)), HasSubstr("an id from 0 to 4"));
    EXPECT_THAT(file(base().u32(full, 0x7FFFFFFF)),
                HasSubstr("an id from 0 to 4"));
    EXPECT_EQ(file(base().u32(full, UINT32_MAX)), "") << "stands for none";
  }
  EXPECT_THAT(
      file(base().array("tokenizer.ggml.scores", 6, 4, std::string(16, '\0'))),
      HasSubstr("one entry for each of the 5 tokens"));
  EXPECT_THAT(file(base().array("tokenizer.ggml.token_type", 5, 6,
                                std::string(24, '\0'))),
              HasSubstr("one entry for each of the 5 tokens"));
  EXPECT_THAT(file(base().array("tokenizer.ggml.token_type", 10, 5,
                                std::string(40, '\x7f'))),
              HasSubstr("no token type"));
  EXPECT_THAT(file(base().u32("tokenizer.ggml.merges", 1)),
              HasSubstr("accepted: an array"));
}

TEST(HostileGguf, EveryTruncationIsRefused) {
  std::string file = tinyFile();
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(readAll(file.substr(0, size)), "") << size;
}

TEST(HostileGguf, FlippedBitsNeverLeadOutsideTheFile) {
  std::string file = tinyFile();
  size_t refused = 0;
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string damaged = file;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    refused += readAll(damaged) != "";
  }
  EXPECT_GT(refused, 5000u);
}
