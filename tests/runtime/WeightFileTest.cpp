//===- WeightFileTest.cpp - Weights in a file of their own ----------------===//

#include "runtime/lib/WeightFile.h"
#include "tests/runtime/ObjectEditor.h"
#include "tests/runtime/TemporaryFile.h"
#include "tests/runtime/ToyModel.h"

#include <cstdio>

using namespace llmrt;

namespace {

/// The toy object with its weights beside it, as --weights=file makes them.
class WeightFileTest : public testing::Test {
protected:
  ObjectEditor object, weights;
  TemporaryFile objectFile{".so"};
  std::string weightPath = objectFile.path();

  WeightFileTest() {
    weightPath.replace(weightPath.size() - 3, 3, ".safetensors");
  }
  ~WeightFileTest() override { remove(weightPath.c_str()); }

  void SetUp() override {
    ASSERT_TRUE(object.load(TOY_OBJECT));
    const Elf64_Phdr &segment = object.program(PT_LOAD, 3);
    std::string digest;
    for (uint8_t byte : object.descriptor().weightsDigest) {
      digest += "0123456789abcdef"[byte >> 4];
      digest += "0123456789abcdef"[byte & 15];
    }
    uint64_t size = object.descriptor().weightsBytes;
    std::string header = "{\"__metadata__\":{\"weights_digest\":\"" + digest +
                         "\"},\"weights\":{\"dtype\":\"U8\",\"shape\":[" +
                         std::to_string(size) + "],\"data_offsets\":[0," +
                         std::to_string(size) + "]}}";
    header.resize(4096 - 8, ' ');
    uint64_t headerBytes = header.size();
    weights.bytes.resize(8);
    memcpy(weights.bytes.data(), &headerBytes, 8);
    weights.bytes.insert(weights.bytes.end(), header.begin(), header.end());
    const uint8_t *data = object.bytes.data() + segment.p_offset;
    weights.bytes.insert(weights.bytes.end(), data, data + size);

    object.descriptor().weightsOffset = 0;
    ASSERT_TRUE(object.sealCode());
    ASSERT_TRUE(object.store(objectFile.path()));
  }

  llmrt_status open(const char *path = nullptr) {
    llmrt_open_options options = {nullptr, path, 0};
    llmrt_model *model = nullptr;
    llmrt_status status = llmrt_open(objectFile.path(), &options, &model);
    if (status == LLMRT_OK) {
      EXPECT_EQ(llmrt_verify(model), LLMRT_OK) << llmrt_last_error();
    }
    llmrt_close(model);
    return status;
  }
};

} // namespace

TEST_F(WeightFileTest, IsFoundBesideTheObject) {
  EXPECT_EQ(open(), LLMRT_NOT_FOUND);
  ASSERT_TRUE(weights.store(weightPath));
  EXPECT_EQ(open(), LLMRT_OK) << llmrt_last_error();
}

TEST_F(WeightFileTest, IsFoundByItsPath) {
  TemporaryFile elsewhere(".weights");
  ASSERT_TRUE(weights.store(elsewhere.path()));
  EXPECT_EQ(open(elsewhere.path()), LLMRT_OK) << llmrt_last_error();
}

TEST_F(WeightFileTest, AnotherModelsWeightsAreRefused) {
  weights.bytes[60] = weights.bytes[60] == '0' ? '1' : '0';
  ASSERT_TRUE(weights.store(weightPath));
  EXPECT_EQ(open(), LLMRT_BAD_FILE);
  EXPECT_NE(std::string(llmrt_last_error()).find("another model"),
            std::string::npos)
      << llmrt_last_error();
}

TEST_F(WeightFileTest, ACutFileIsRefused) {
  weights.bytes.pop_back();
  ASSERT_TRUE(weights.store(weightPath));
  EXPECT_EQ(open(), LLMRT_BAD_FILE);
  weights.bytes.resize(5);
  ASSERT_TRUE(weights.store(weightPath));
  EXPECT_EQ(open(), LLMRT_BAD_FILE);
}

TEST_F(WeightFileTest, AHeaderLargerThanTheFileIsRefused) {
  weights.bytes[7] = 0xff;
  ASSERT_TRUE(weights.store(weightPath));
  EXPECT_EQ(open(), LLMRT_BAD_FILE);
}

TEST_F(WeightFileTest, AnObjectThatHoldsItsWeightsTakesNoOthers) {
  llmrt_open_options options = {nullptr, "other.safetensors", 0};
  llmrt_model *model = nullptr;
  EXPECT_EQ(llmrt_open(TOY_OBJECT, &options, &model), LLMRT_INVALID_ARGUMENT);
}

TEST(WeightsDigest, IsATreeOverPieces) {
  std::vector<uint8_t> bytes(kWeightsDigestPiece + 5, 3);
  Sha256 first, second, whole;
  first.update(bytes.data(), kWeightsDigestPiece);
  second.update(bytes.data() + kWeightsDigestPiece, 5);
  Sha256::Digest a = first.finish(), b = second.finish();
  whole.update(a.data(), a.size());
  whole.update(b.data(), b.size());
  EXPECT_EQ(computeWeightsDigest(bytes.data(), bytes.size()), whole.finish());
}
