//===- Sha256Test.cpp - The hash and its two compression functions --------===//

#include "runtime/lib/Sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace llmrt;

static std::string hex(const Sha256::Digest &digest) {
  std::string text;
  for (uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

static std::string hash(const std::string &text) {
  Sha256 sha;
  sha.update(text.data(), text.size());
  return hex(sha.finish());
}

// The examples of FIPS 180-4's companion document.
TEST(Sha256, KnownDigests) {
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb924"
                      "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223"
                         "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039"
            "a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67"
            "f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesOfAnySizeGiveTheSameDigest) {
  std::string text;
  for (int index = 0; index < 400; ++index)
    text += char(index * 7);
  for (size_t size = 1; size < 200; ++size) {
    Sha256 sha;
    for (size_t from = 0; from < text.size(); from += size)
      sha.update(text.data() + from, std::min(size, text.size() - from));
    EXPECT_EQ(hex(sha.finish()), hash(text));
  }
}

TEST(Sha256, InstructionsAndPortableCodeAgree) {
  if (!Sha256::hasShaInstructions())
    GTEST_SKIP() << "this CPU has no SHA instructions";
  std::vector<uint8_t> bytes(64 * 9);
  uint32_t portable[8], instructions[8];
  for (uint32_t round = 0; round < 100; ++round) {
    for (size_t index = 0; index < bytes.size(); ++index)
      bytes[index] = uint8_t(index * (round + 1) >> 2);
    for (uint32_t word = 0; word < 8; ++word)
      portable[word] = instructions[word] = word * 0x9e3779b9 + round;
    Sha256::compress(portable, bytes.data(), 9);
    Sha256::compressWithInstructions(instructions, bytes.data(), 9);
    for (uint32_t word = 0; word < 8; ++word)
      ASSERT_EQ(portable[word], instructions[word]);
  }
}
