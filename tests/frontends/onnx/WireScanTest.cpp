//===- WireScanTest.cpp - A bounded first look at an ONNX file ------------===//

#include "frontends/onnx/WireScan.h"

#include "frontends/Limits.h"
#include "tests/frontends/onnx/ModelBytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace llm;
using namespace llm::onnx;
using testing::HasSubstr;

/// Scans a heap copy of exact size, so that sanitizers see an overrun. Empty
/// when the file is accepted.
static std::string scan(const std::string &file, ScannedModel &model,
                        ScanPurpose purpose = ScanPurpose::Import) {
  std::vector<char> bytes(file.begin(), file.end());
  std::string error;
  bool good =
      scanModel({bytes.data(), bytes.size()}, purpose, nullptr, model, error);
  EXPECT_EQ(good, error.empty());
  for (const SourceTensor &tensor : model.tensors)
    EXPECT_LE(tensor.offset + tensor.bytes, file.size());
  return error;
}
static std::string scan(const std::string &file) {
  ScannedModel model;
  return scan(file, model);
}

static std::string floats(size_t count, char fill = 1) {
  return std::string(count * 4, fill);
}

TEST(WireScan, SmallTensorsStayInTheModel) {
  ScannedModel model;
  EXPECT_EQ(scan(modelOf({tensor({2, 3}).text(9, floats(6, 'a'))}), model), "");
  EXPECT_TRUE(model.tensors.empty());
  EXPECT_THAT(model.bytes, HasSubstr(floats(6, 'a')));
}

TEST(WireScan, LargeTensorsStayInTheFile) {
  const size_t count = limits::kMaxOnnxConstantBytes / 4 + 1;
  std::string file = modelOf({tensor({count}).text(9, floats(count, 'a'))});
  ScannedModel model;
  EXPECT_EQ(scan(file, model), "");
  ASSERT_EQ(model.tensors.size(), 1u);
  EXPECT_EQ(model.tensors[0].name, "w");
  EXPECT_EQ(model.tensors[0].type, SourceType::F32);
  EXPECT_EQ(model.tensors[0].field, 0u);
  EXPECT_EQ(file.substr(model.tensors[0].offset, model.tensors[0].bytes),
            floats(count, 'a'));
  EXPECT_LT(model.bytes.size(), 200u);
  // The checker is to see neither elements nor a shape that asks for them.
  EXPECT_EQ(scan(file, model, ScanPurpose::Check), "");
  EXPECT_LT(model.bytes.size(), 200u);
}

TEST(WireScan, LargeRunsOfFloatsLieInTheFileAsRawDataDo) {
  const size_t count = limits::kMaxOnnxConstantBytes / 4 + 1;
  std::string file = modelOf({tensor({count}).text(4, floats(count, 'a'))});
  ScannedModel model;
  EXPECT_EQ(scan(file, model), "");
  ASSERT_EQ(model.tensors.size(), 1u);
  EXPECT_EQ(model.tensors[0].field, 0u);
  EXPECT_EQ(file.substr(model.tensors[0].offset, model.tensors[0].bytes),
            floats(count, 'a'));
}

TEST(WireScan, LargeListsOfVarintsAreDecodedLater) {
  const size_t count = limits::kMaxOnnxConstantBytes / 8 + 1;
  ScannedModel model;
  EXPECT_EQ(scan(modelOf({tensor({count}, 7)
                              .numbers(7, std::vector<uint64_t>(count, 300))}),
                 model),
            "");
  ASSERT_EQ(model.tensors.size(), 1u);
  EXPECT_EQ(model.tensors[0].field, 7u);
}

TEST(WireScan, TextsAndTrainingAreLeftOut) {
  MessageBytes model;
  model.number(1, 10).text(6, "a long story").text(20, "training");
  ScannedModel scanned;
  EXPECT_EQ(scan(model + modelOf({}).substr(2), scanned), "");
  EXPECT_EQ(scanned.bytes, modelOf({}));
}

// What was a number of TensorProto.data becomes raw data, whatever its form.
TEST(WireScan, ListedElementsBecomeRawData) {
  ScannedModel model;
  EXPECT_EQ(scan(modelOf({tensor({3}, 5).numbers(5, {1, 2, 515})}), model), "");
  EXPECT_THAT(model.bytes,
              HasSubstr(std::string("\x4a\x06\x01\x00\x02\x00\x03\x02", 8)));
  // 4-bit elements: two in a number, as two in a byte.
  EXPECT_EQ(scan(modelOf({tensor({3}, 22).numbers(5, {0x21, 0x0f})}), model),
            "");
  EXPECT_THAT(model.bytes, HasSubstr(std::string("\x4a\x02\x21\x0f", 4)));
}

TEST(WireScan, ElementsMustBeThoseOfTheShape) {
  EXPECT_THAT(scan(modelOf({tensor({2, 3}).text(9, floats(5))})),
              HasSubstr("needs 24 bytes of raw_data but has 20"));
  EXPECT_THAT(scan(modelOf({tensor({2}).text(4, floats(3))})),
              HasSubstr("needs 2 numbers but lists 3"));
  EXPECT_THAT(scan(modelOf({tensor({2})})), HasSubstr("has no elements"));
  EXPECT_THAT(
      scan(modelOf({tensor({1}).text(4, floats(1)).text(9, floats(1))})),
      HasSubstr("two forms"));
  EXPECT_THAT(scan(modelOf({tensor({1}, 7).text(4, floats(1))})),
              HasSubstr("accepted for its type: field 7, or raw_data"));
  EXPECT_THAT(scan(modelOf({tensor({2}, 8).text(6, "one")})),
              HasSubstr("has 1 texts"));
  EXPECT_EQ(scan(modelOf({tensor({0, 7})})), "");
}

TEST(WireScan, HugeShapesAreRefused) {
  for (std::vector<uint64_t> dims : {std::vector<uint64_t>{UINT64_MAX},
                                     {1ull << 62, 4},
                                     {1ull << 61},
                                     {1ull << 32, 1ull << 32},
                                     std::vector<uint64_t>(33, 1)})
    EXPECT_NE(scan(modelOf({tensor(dims).text(9, floats(1))})), "");
}

TEST(WireScan, TypesOfElementsAreKnown) {
  EXPECT_THAT(scan(modelOf({tensor({1}, 0).text(9, floats(1))})),
              HasSubstr("which ONNX does not define"));
  EXPECT_THAT(scan(modelOf({tensor({1}, 27).text(9, floats(1))})),
              HasSubstr("not supported yet"));
  EXPECT_THAT(scan(modelOf({tensor({1}, UINT64_MAX).text(9, floats(1))})),
              HasSubstr("which ONNX does not define"));
}

TEST(WireScan, ErrorsNameTheByte) {
  std::string file = modelOf({});
  file += '\x0b'; // a group
  EXPECT_THAT(scan(file), HasSubstr("byte " + std::to_string(file.size() - 1) +
                                    ": ModelProto holds a field of a wire "
                                    "type that is not in use"));
}

TEST(WireScan, OverlongNumbersAreRefused) {
  EXPECT_THAT(scan("\x08" + std::string(10, '\xff') + '\x01'),
              HasSubstr("a number of more than 64 bits"));
  EXPECT_THAT(scan("\x08" + std::string(9, '\x80') + '\x02'),
              HasSubstr("a number of more than 64 bits"));
  EXPECT_THAT(scan("\x08" + std::string(4, '\x80')),
              HasSubstr("the end inside a number"));
}

TEST(WireScan, LengthsPastTheEndAreRefused) {
  for (uint64_t length :
       {uint64_t(1), uint64_t(1) << 31, uint64_t(1) << 63, UINT64_MAX}) {
    MessageBytes file;
    writeTag(file, 7, WireType::Bytes);
    writeVarint(file, length);
    EXPECT_THAT(scan(file), HasSubstr("a length that reaches past the end"));
  }
}

TEST(WireScan, NestingIsBounded) {
  std::string graph;
  for (unsigned i = 0; i < 100; ++i) {
    std::string attribute = MessageBytes().text(1, "body").text(6, graph);
    graph = MessageBytes().text(1, MessageBytes().text(5, attribute));
  }
  EXPECT_THAT(scan(MessageBytes().text(7, graph)), HasSubstr("is nested 91"));
  std::string type = MessageBytes().text(1, MessageBytes().number(1, 1));
  for (unsigned i = 0; i < 5000; ++i)
    type = MessageBytes().text(4, MessageBytes().text(1, type));
  std::string input = MessageBytes().text(1, "x").text(2, type);
  EXPECT_THAT(scan(MessageBytes().text(7, MessageBytes().text(11, input))),
              HasSubstr("is nested 91"));
}

TEST(WireScan, AMessageThatIsOneOccursOnce) {
  EXPECT_THAT(scan(modelOf({}) + modelOf({})), HasSubstr("occurs twice"));
}

TEST(WireScan, ExternalDataWithoutAFolderAreRefused) {
  EXPECT_THAT(scan(modelOf({externalTensor({1}, "data")})),
              HasSubstr("lies in another file"));
}

/// A model in which most messages occur.
static std::string richModel() {
  MessageBytes dimension, shape, type, input, subgraph, attribute, node;
  dimension.text(2, "batch");
  shape.text(1, dimension).text(1, MessageBytes().number(1, 3));
  type.text(1, MessageBytes().number(1, 1).text(2, shape));
  input.text(1, "x").text(2, type);
  subgraph.text(1, MessageBytes().text(4, "Abs")).text(12, input);
  attribute.text(1, "then_branch").number(20, 5).text(6, subgraph);
  node.text(4, "If")
      .text(5, attribute)
      .text(5,
            MessageBytes().text(1, "axes").number(20, 7).numbers(8, {1, 500}));
  MessageBytes sparse, function, graph, opset, model;
  sparse.text(1, tensor({1}).text(9, floats(1)))
      .text(2, tensor({1}, 7).numbers(7, {3}))
      .number(3, 9);
  function.text(1, "f").text(4, "a").text(7, MessageBytes().text(4, "Abs"));
  graph.text(1, node)
      .text(5, tensor({2}).text(4, floats(2)))
      .text(5, tensor({1}, 8).text(6, "text"))
      .text(11, input)
      .text(12, input)
      .text(15, sparse);
  opset.text(1, "").number(2, 21);
  return model.number(1, 10).text(7, graph).text(8, opset).text(25, function);
}

TEST(WireScan, EveryTruncationIsReadSafely) {
  std::string file = richModel();
  EXPECT_EQ(scan(file), "");
  size_t refused = 0;
  for (size_t size = 0; size < file.size(); ++size)
    refused += !scan(file.substr(0, size)).empty();
  // A cut between two fields of the model leaves a shorter model.
  EXPECT_GE(refused, file.size() - 5);
}

TEST(WireScan, EveryFlippedBitIsReadSafely) {
  const std::string file = richModel();
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string damaged = file;
    damaged[bit / 8] ^= static_cast<char>(1 << bit % 8);
    scan(damaged);
  }
}

TEST(WireScan, ModelsAreToldFromOtherFiles) {
  EXPECT_TRUE(looksLikeModel(modelOf({})));
  EXPECT_TRUE(looksLikeModel(richModel()));
  EXPECT_FALSE(looksLikeModel(""));
  EXPECT_FALSE(looksLikeModel("GGUF\x03"));
  EXPECT_FALSE(looksLikeModel(std::string("\x08\0\0\0\0\0\0\0{}", 10)));
  EXPECT_FALSE(looksLikeModel("PK\x03\x04"));
  EXPECT_FALSE(looksLikeModel("{\"model_type\": 1}"));
}
