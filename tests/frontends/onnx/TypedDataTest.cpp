//===- TypedDataTest.cpp - Elements that a TensorProto lists as numbers ---===//

#include "frontends/onnx/TypedData.h"

#include "tests/frontends/onnx/ModelBytes.h"

#include <gtest/gtest.h>

using namespace llm;
using namespace llm::onnx;

template <typename T>
static std::vector<T> read(const std::string &message, SourceType type,
                           size_t count, size_t step) {
  TypedData data(WireReader(message), type);
  std::vector<T> values(count);
  for (size_t i = 0; i < count; i += step) {
    size_t wanted = std::min(step, count - i);
    size_t got =
        data.read(reinterpret_cast<uint8_t *>(values.data() + i), wanted);
    if (got != wanted) {
      values.resize(i + got);
      break;
    }
  }
  return values;
}

TEST(TypedData, RunsAndSingleNumbersMayMix) {
  MessageBytes message;
  message.numbers(7, {1, UINT64_MAX}).text(8, "name").number(7, 300);
  message.numbers(7, {}).numbers(7, {5});
  for (size_t step : {1, 2, 4})
    EXPECT_EQ(read<int64_t>(message, SourceType::I64, 4, step),
              (std::vector<int64_t>{1, -1, 300, 5}));
}

TEST(TypedData, NumbersAreCutToTheirElements) {
  MessageBytes message;
  message.numbers(5, {UINT64_MAX, 7, 300});
  EXPECT_EQ(read<int8_t>(message, SourceType::I8, 3, 2),
            (std::vector<int8_t>{-1, 7, 44}));
  EXPECT_EQ(read<uint8_t>(message, SourceType::Bool, 3, 3),
            (std::vector<uint8_t>{1, 1, 1}));
}

TEST(TypedData, SmallElementsShareANumber) {
  MessageBytes message;
  message.numbers(5, {0x21, 0xf3});
  for (size_t step : {1, 3})
    EXPECT_EQ(read<uint8_t>(message, SourceType::U4, 3, step),
              (std::vector<uint8_t>{1, 2, 3}));
  EXPECT_EQ(read<uint8_t>(message, SourceType::I2, 5, 2),
            (std::vector<uint8_t>{1, 0, 254, 0, 255}));
}

TEST(TypedData, ComplexElementsAreTwoNumbers) {
  const float parts[] = {1.f, -2.f, 3.f, 4.f};
  MessageBytes message;
  message.text(4, {reinterpret_cast<const char *>(parts), sizeof(parts)});
  EXPECT_EQ(read<float>(message, SourceType::F32, 4, 1),
            (std::vector<float>{1.f, -2.f, 3.f, 4.f}));
  float values[4];
  TypedData data(WireReader(message), SourceType::C64);
  EXPECT_EQ(data.read(reinterpret_cast<uint8_t *>(values), 2), 2u);
  EXPECT_EQ(values[1], -2.f);
  EXPECT_EQ(values[3], 4.f);
}

TEST(TypedData, EndsWhereTheNumbersEnd) {
  EXPECT_EQ(
      read<int64_t>(MessageBytes().numbers(7, {1, 2}), SourceType::I64, 9, 4)
          .size(),
      2u);
  // A run that ends inside a number.
  EXPECT_EQ(
      read<int64_t>(MessageBytes().text(7, "\x01\x80"), SourceType::I64, 9, 1)
          .size(),
      1u);
}
