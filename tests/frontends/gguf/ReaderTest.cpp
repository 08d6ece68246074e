//===- ReaderTest.cpp - Headers of well-formed GGUF files
//------------------===//

#include "frontends/gguf/Reader.h"

#include "tests/frontends/gguf/GgufBuilder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace llm;
using namespace llm::gguf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
/// A header with the bytes it points into.
struct Opened {
  explicit Opened(const GgufBuilder &builder, uint32_t version = 3)
      : bytes(builder.build(version)) {
    std::string error;
    good = readHeader(reinterpret_cast<const uint8_t *>(bytes.data()),
                      bytes.size(), 2, "file", header, error);
    EXPECT_TRUE(good) << error;
  }
  const Metadata &metadata() const { return header.metadata; }

  std::string bytes;
  Header header;
  bool good;
};
} // namespace

TEST(GgufReader, ReadsVersions2And3) {
  for (uint32_t version : {2u, 3u}) {
    Opened file(GgufBuilder().u32("a", 7).floats("t", {3, 2}), version);
    EXPECT_EQ(file.header.version, version);
    ASSERT_EQ(file.header.tensors.size(), 1u);
  }
}

TEST(GgufReader, TensorShapesAreOutermostFirstAndOffsetsAbsolute) {
  Opened file(GgufBuilder()
                  .floats("a", {3, 2, 5})
                  .tensor("b", {64, 2}, GgufBuilder::TypeQ4_0, 2 * 2 * 18));
  const FoundTensor &a = file.header.tensors[0], &b = file.header.tensors[1];
  EXPECT_THAT(a.shape, ElementsAre(5, 2, 3));
  EXPECT_EQ(a.bytes, 120u);
  EXPECT_EQ(a.file, 2u);
  EXPECT_EQ(file.bytes[a.offset], 1);
  EXPECT_EQ(b.type, SourceType::Q4_0);
  EXPECT_THAT(b.shape, ElementsAre(2, 64));
  EXPECT_EQ(b.bytes, 72u);
  EXPECT_EQ(b.offset, a.offset + 128);
  EXPECT_EQ(file.bytes[b.offset], 2);
}

TEST(GgufReader, TypesItCannotReadKeepTheirName) {
  Opened file(GgufBuilder()
                  .rawTensor("a", {32}, 20, 0)
                  .rawTensor("b", {32}, 99, 0)
                  .floats("c", {1}));
  EXPECT_EQ(file.header.tensors[0].typeName, "IQ4_NL");
  EXPECT_FALSE(file.header.tensors[0].type);
  EXPECT_EQ(file.header.tensors[1].typeName, "number 99");
}

TEST(GgufReader, ScalarsAreReadByAnyIntegerType) {
  Opened file(
      GgufBuilder()
          .pair("u8", GgufBuilder::U8, GgufBuilder::number<uint8_t>(9))
          .pair("u64", GgufBuilder::U64, GgufBuilder::number<uint64_t>(10))
          .pair("i32", GgufBuilder::I32, GgufBuilder::number<int32_t>(-3))
          .pair("f64", GgufBuilder::F64, GgufBuilder::number(2.5))
          .boolean("b", true));
  Problems problems;
  EXPECT_EQ(file.metadata().integer("u8", 0, 100, problems), 9);
  EXPECT_EQ(file.metadata().integer("u64", 0, 100, problems), 10);
  EXPECT_EQ(file.metadata().integer("i32", -5, 100, problems), -3);
  EXPECT_EQ(file.metadata().number("f64", problems), 2.5);
  EXPECT_EQ(file.metadata().boolean("b", problems), true);
  EXPECT_EQ(file.metadata().integer("missing", 0, 100, problems), std::nullopt);
  EXPECT_TRUE(problems.empty());
}

TEST(GgufReader, ValuesOfAnotherTypeAreProblems) {
  Opened file(
      GgufBuilder()
          .text("s", "12")
          .u32("n", 12)
          .pair("big", GgufBuilder::U64, GgufBuilder::number(UINT64_MAX))
          .pair("bool", GgufBuilder::Bool, GgufBuilder::number<uint8_t>(2))
          .f32("nan", __builtin_nanf(""))
          .array("a", GgufBuilder::U32, 1, GgufBuilder::number(1u)));
  auto problem = [&](auto read) {
    Problems problems;
    read(file.metadata(), problems);
    EXPECT_EQ(problems.size(), 1u);
    return problems.text("file");
  };
  EXPECT_THAT(
      problem([](const Metadata &m, Problems &p) { m.integer("s", 0, 99, p); }),
      HasSubstr("'s' is of type string; accepted: a whole number"));
  EXPECT_THAT(
      problem([](const Metadata &m, Problems &p) { m.integer("n", 0, 11, p); }),
      HasSubstr("'n' is 12; accepted: a whole number from 0 to 11"));
  EXPECT_THAT(problem([](const Metadata &m, Problems &p) {
                m.integer("big", 0, INT64_MAX, p);
              }),
              HasSubstr("'big' is of type u64"));
  EXPECT_THAT(
      problem([](const Metadata &m, Problems &p) { m.integer("a", 0, 11, p); }),
      HasSubstr("'a' is an array of 1 u32"));
  EXPECT_THAT(problem([](const Metadata &m, Problems &p) { m.string("n", p); }),
              HasSubstr("accepted: a string"));
  EXPECT_THAT(
      problem([](const Metadata &m, Problems &p) { m.boolean("bool", p); }),
      HasSubstr("a bool of 0 or 1"));
  EXPECT_THAT(
      problem([](const Metadata &m, Problems &p) { m.number("nan", p); }),
      HasSubstr("accepted: a finite f32"));
  EXPECT_THAT(problem([](const Metadata &m, Problems &p) {
                m.forEachString("a", p, [](std::string_view) {});
              }),
              HasSubstr("accepted: an array of strings"));
  EXPECT_THAT(problem([](const Metadata &m, Problems &p) {
                m.forEachFloat("n", p, [](float) {});
              }),
              HasSubstr("accepted: an array"));
}

TEST(GgufReader, ArraysAreVisitedInOrder) {
  Opened file(GgufBuilder()
                  .strings("s", {"a", "", std::string("\0b", 2)})
                  .array("f", GgufBuilder::F32, 2,
                         GgufBuilder::number(1.5f) + GgufBuilder::number(-2.f))
                  .array("same", GgufBuilder::I32, 2,
                         GgufBuilder::number(4) + GgufBuilder::number(4))
                  .array("differ", GgufBuilder::I32, 2,
                         GgufBuilder::number(4) + GgufBuilder::number(5))
                  .array("none", GgufBuilder::U32, 0, ""));
  Problems problems;
  std::vector<std::string> strings;
  std::vector<float> floats;
  EXPECT_TRUE(file.metadata().forEachString(
      "s", problems, [&](std::string_view s) { strings.emplace_back(s); }));
  EXPECT_TRUE(file.metadata().forEachFloat(
      "f", problems, [&](float f) { floats.push_back(f); }));
  EXPECT_THAT(strings, ElementsAre("a", "", std::string("\0b", 2)));
  EXPECT_THAT(floats, ElementsAre(1.5f, -2.f));
  EXPECT_EQ(file.metadata().layerInteger("same", 1, 9, problems), 4);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(file.metadata().layerInteger("differ", 1, 9, problems),
            std::nullopt);
  EXPECT_EQ(file.metadata().layerInteger("none", 1, 9, problems), std::nullopt);
  EXPECT_THAT(problems.text("file"), HasSubstr("not supported yet: 'differ'"));
}

TEST(GgufReader, AlignmentOfTheFileIsFollowed) {
  GgufBuilder builder;
  builder.u32("general.alignment", 8).floats("a", {1});
  std::string file = builder.build();
  // The builder aligns to 32: the data starts there, or up to 24 bytes before.
  size_t end = file.size() - 4;
  size_t header = 24 + builder.pairs.size() + builder.infos.size();
  Opened opened(builder);
  EXPECT_EQ(opened.header.tensors[0].offset, (header + 7) / 8 * 8);
  EXPECT_LE(opened.header.tensors[0].offset, end);
}
