//===- ProtoFileTest.cpp - Values as ONNX's test data has them ------------===//

#include "runtime/tools/values/ProtoFile.h"

#include <gtest/gtest.h>

using namespace llmrt::tools;

static llmrt_argument argumentOf(llmrt_value_kind kind, int32_t optional) {
  llmrt_argument argument = {};
  argument.kind = kind;
  argument.optional = optional;
  return argument;
}

/// Why the bytes are no tensor; "" and the value where they are.
static std::string refusal(const std::string &bytes, Value &value,
                           llmrt_value_kind kind = LLMRT_TENSOR,
                           int32_t optional = 0) {
  std::string error;
  return parseProto("f", {bytes.begin(), bytes.end()},
                    argumentOf(kind, optional), value, error)
             ? ""
             : error;
}

/// A field of a length and bytes.
static std::string block(int field, const std::string &bytes) {
  return std::string(1, char(field << 3 | 2)) + char(bytes.size()) + bytes;
}
static std::string number(int field, int value) {
  return std::string(1, char(field << 3)) + char(value);
}

TEST(ProtoFile, PackedElementsAreUnpacked) {
  Value value;
  // int4 in raw_data, three of them; the first is in the low half.
  EXPECT_EQ(refusal(number(1, 3) + number(2, 22) + block(9, "\x7f\x08"), value),
            "");
  EXPECT_EQ(value.bytes, (std::vector<uint8_t>{0xff, 7, 0xf8}));
  // uint4 as int32_data, which are packed as well.
  EXPECT_EQ(refusal(number(1, 2) + number(2, 21) + number(5, 0x27), value), "");
  EXPECT_EQ(value.bytes, (std::vector<uint8_t>{7, 2}));
  // int2: four a byte.
  EXPECT_EQ(refusal(number(1, 4) + number(2, 26) + block(9, "\x1b"), value),
            "");
  EXPECT_EQ(value.bytes, (std::vector<uint8_t>{0xff, 0xfe, 1, 0}));
}

TEST(ProtoFile, ListsAreTakenAsTheirTypeSaysThem) {
  Value value;
  // float16 as bits, a negative int8 as a varint of ten bytes.
  EXPECT_EQ(refusal(number(1, 1) + number(2, 10) + block(5, "\x80\x78"), value),
            "");
  EXPECT_EQ(value.bytes, (std::vector<uint8_t>{0x00, 0x3c}));
  EXPECT_EQ(refusal(number(1, 1) + number(2, 3) +
                        block(5, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
                    value),
            "");
  EXPECT_EQ(value.bytes, (std::vector<uint8_t>{0xff}));
  EXPECT_EQ(refusal(number(1, 1) + number(2, 1) + number(7, 1), value),
            "f: has elements of f32 in field 7");
  EXPECT_EQ(
      refusal(number(1, 1) + number(2, 1) + number(7, 1) + number(5, 1), value),
      "f: has elements in two lists");
}

TEST(ProtoFile, WhatIsNoTensorIsRefused) {
  Value value;
  EXPECT_EQ(refusal(number(1, 1), value),
            "f: has the data type 0; 1 to 26 are accepted");
  EXPECT_EQ(refusal(number(2, 27), value),
            "f: has the data type 27; 1 to 26 are accepted");
  EXPECT_EQ(refusal(number(1, 5) + number(2, 1), value),
            "f: has 0 bytes of elements; its dimensions have 20");
  EXPECT_EQ(refusal(number(1, 2) + number(2, 8), value),
            "f: has 0 strings; its dimensions have 2");
  EXPECT_EQ(refusal(number(2, 1) + block(13, "x"), value),
            "f: has its elements in another file; test data has them inside");
  std::string large(1, char(8)); // 2^63, a negative number
  large += std::string(9, char(0x80)) + '\x01';
  EXPECT_EQ(refusal(large + number(2, 1), value),
            "f: has dimensions that no tensor has");
  // Cut, of a group, of field 0, with a length beyond the end.
  for (const std::string &bytes :
       {std::string("\x08"), std::string("\x0b\x0c"), std::string("\0\0", 2),
        std::string("\x4a\x7f"), std::string(12, char(0xff))})
    EXPECT_EQ(refusal(bytes, value), "f: is no TensorProto, or a damaged one");
}

TEST(ProtoFile, SequencesAndOptionalsHaveTheirItems) {
  Value value;
  std::string one = number(1, 1) + number(2, 2) + block(9, "a");
  EXPECT_EQ(refusal(number(2, 1) + block(3, one) + block(3, one), value,
                    LLMRT_SEQUENCE),
            "");
  EXPECT_EQ(value.items.size(), 2u);
  EXPECT_EQ(refusal(number(2, 1) + block(3, one), value, LLMRT_TENSOR, 1), "");
  EXPECT_EQ(value.kind, LLMRT_TENSOR);
  EXPECT_EQ(refusal(number(2, 0), value, LLMRT_TENSOR, 1), "");
  EXPECT_EQ(value.kind, LLMRT_ABSENT);
  EXPECT_EQ(refusal(block(3, "\x08"), value, LLMRT_SEQUENCE),
            "f: item 0: is no TensorProto, or a damaged one");
  EXPECT_EQ(refusal(block(6, "x"), value, LLMRT_SEQUENCE),
            "f: is a sequence of sparse tensors or maps: not supported yet");
  std::string nested;
  for (int depth = 0; depth < 20; ++depth)
    nested = block(5, nested);
  EXPECT_NE(refusal(nested, value, LLMRT_SEQUENCE), "");
}
