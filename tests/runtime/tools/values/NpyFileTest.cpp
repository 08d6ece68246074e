//===- NpyFileTest.cpp - Tensors as NumPy keeps them ----------------------===//

#include "runtime/tools/values/NpyFile.h"
#include "tests/runtime/TemporaryFile.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

using namespace llmrt::tools;

/// A file of a version with a header and data.
static std::vector<uint8_t> file(const std::string &header,
                                 const std::string &data, char version = 1) {
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  bytes += char(header.size() & 255);
  bytes += char(header.size() >> 8);
  if (version != 1)
    bytes += std::string(2, '\0');
  bytes += header + data;
  return {bytes.begin(), bytes.end()};
}

/// Why the bytes are refused; "" and the value where they are not.
static std::string refusal(const std::vector<uint8_t> &bytes,
                           llmrt_element_type type, Value &value) {
  std::string error;
  return parseNpy("f", bytes, type, value, error) ? "" : error;
}

TEST(NpyFile, EveryVersionAndOrderIsRead) {
  Value value;
  for (char version : {1, 2, 3}) {
    EXPECT_EQ(refusal(file("{'descr': '|u1', 'fortran_order': False, "
                           "'shape': (2, 3), }",
                           "abcdef", version),
                      LLMRT_U8, value),
              "");
    EXPECT_EQ(value.dims, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(std::string(value.bytes.begin(), value.bytes.end()), "abcdef");
  }
  EXPECT_EQ(refusal(file("{\"shape\":(2,3,2),\"fortran_order\":True,"
                         "\"descr\":\"|u1\"}",
                         "adgjbehkcfil"),
                    LLMRT_U8, value),
            "");
  // Element (i, j, k) lies at i + 2 j + 6 k there.
  std::string from = "adgjbehkcfil", to;
  for (size_t i = 0; i < 2; ++i)
    for (size_t j = 0; j < 3; ++j)
      for (size_t k = 0; k < 2; ++k)
        to += from[i + 2 * j + 6 * k];
  EXPECT_EQ(std::string(value.bytes.begin(), value.bytes.end()), to);
  EXPECT_EQ(refusal(file("{'descr': '>c8', 'fortran_order': False, "
                         "'shape': ()}",
                         std::string("\x3f\x80\0\0\x40\0\0\0", 8)),
                    LLMRT_C64, value),
            "");
  EXPECT_EQ(reinterpret_cast<const float *>(value.bytes.data())[0], 1);
  EXPECT_EQ(reinterpret_cast<const float *>(value.bytes.data())[1], 2);
}

TEST(NpyFile, TypesThatNumPyLacksAreBits) {
  Value value;
  std::string header =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}";
  EXPECT_EQ(refusal(file(header, "\x0f\x07"), LLMRT_I4, value), "");
  EXPECT_EQ(value.bytes, (std::vector<uint8_t>{0xff, 7}));
  EXPECT_EQ(refusal(file(header, "\x10\x07"), LLMRT_U4, value),
            "f: element 0 is 16; an element of u4 has 4 bits");
  EXPECT_EQ(refusal(file(header, "\x7e\x01"), LLMRT_F8E4M3FN, value), "");
  EXPECT_EQ(refusal(file("{'descr': '<V2', 'fortran_order': False, "
                         "'shape': (1,)}",
                         "ab"),
                    LLMRT_BF16, value),
            "");
  EXPECT_EQ(refusal(file("{'descr': '<f2', 'fortran_order': False, "
                         "'shape': (1,)}",
                         "ab"),
                    LLMRT_BF16, value),
            "f: has elements of '<f2'; for bf16 '<u2' is accepted");
}

TEST(NpyFile, DamageIsRefused) {
  Value value;
  std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}";
  EXPECT_EQ(refusal(file(good, "abcd"), LLMRT_F32, value), "");
  std::vector<uint8_t> whole = file(good, "abcd");
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(
        refusal({whole.begin(), whole.begin() + long(size)}, LLMRT_F32, value),
        "")
        << size;
  for (const char *header :
       {"", "{", "{}", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': "
        "(99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': "
        "(4611686018427387905,)}", // times 4 is 4 in 64 bits
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': "
        "(1,)}",
        "{'descr': '<U1073741824', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"})
    EXPECT_NE(refusal(file(header, "abcd"), LLMRT_F32, value), "") << header;
  EXPECT_EQ(refusal(file(good, "abcde"), LLMRT_F32, value),
            "f: has 5 bytes of data, not those of its shape");
  EXPECT_EQ(refusal(file("{'descr': '<U1', 'fortran_order': False, "
                         "'shape': (1,)}",
                         std::string("\0\xd8\0\0", 4)),
                    LLMRT_STRING, value),
            "f: element 0 has the character 0xd800, which is none of "
            "Unicode's");
  EXPECT_EQ(refusal(file(good, "abcd", 4), LLMRT_F32, value),
            "f: is of format version 4; 1 to 3 are accepted");
}

TEST(NpyFile, WhatIsWrittenIsRead) {
  llmrt::TemporaryFile place(".npy");
  std::string error;
  Value written, read;
  written.type = LLMRT_I2;
  written.dims = {3};
  written.bytes = {0xfe, 1, 0xff};
  ASSERT_TRUE(writeNpy(place.path(), written.view(), error)) << error;
  ASSERT_TRUE(readNpy(place.path(), LLMRT_I2, read, error)) << error;
  EXPECT_EQ(read.bytes, written.bytes);
  written.type = LLMRT_STRING;
  written.strings = {"", "a\xc3\xa9\xf0\x9d\x84\x9e", "b"};
  ASSERT_TRUE(writeNpy(place.path(), written.view(), error)) << error;
  ASSERT_TRUE(readNpy(place.path(), LLMRT_STRING, read, error)) << error;
  EXPECT_EQ(read.strings, written.strings);
  written.strings[1] = "\xc3";
  EXPECT_FALSE(writeNpy(place.path(), written.view(), error));
  EXPECT_NE(error.find("element 1 is no UTF-8"), std::string::npos);
}
