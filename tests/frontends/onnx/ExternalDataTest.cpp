//===- ExternalDataTest.cpp - Tensor data beside a model ------------------===//
//
// One test for each way in which external data led a published reader to files
// that are not the model's: CVE-2022-25882, CVE-2024-27318, CVE-2026-27489
// (paths), -34446 (hard links), -34447 (symbolic links), -34445 (attributes).
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/ExternalData.h"

#include "tests/frontends/TempFolder.h"
#include "tests/frontends/onnx/ModelBytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

using namespace llm;
using namespace llm::onnx;
using testing::AnyOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {
class ExternalDataTest : public testing::Test {
protected:
  ExternalDataTest() {
    fs::create_directory(folder.path + "/model");
    fs::create_directory(folder.path + "/model/deep");
    folder.write("secret", "0123456789abcdef");
    folder.write("model/data", "0123456789abcdef");
    folder.write("model/deep/data", "fedcba9876543210");
  }

  /// Scans a model in model/ whose tensor is given; empty: accepted.
  std::string open(const std::string &tensor) {
    std::string path = folder.write("model/model.onnx", modelOf({tensor}));
    std::string error;
    source = WeightSource();
    source.files.push_back(MappedFile::open(path, error));
    ExternalData external(path, source);
    auto resolve = [&](auto &&...arguments) {
      return external.resolve(arguments...);
    };
    const MappedFile &file = *source.files[0];
    bool good =
        scanModel({reinterpret_cast<const char *>(file.data()), file.size()},
                  ScanPurpose::Import, resolve, model, error);
    EXPECT_EQ(good, error.empty());
    return error;
  }
  std::string openLocation(const std::string &location) {
    return open(externalTensor({4}, location));
  }

  TempFolder folder;
  WeightSource source;
  ScannedModel model;
};
} // namespace

TEST_F(ExternalDataTest, FilesBeneathTheModelAreRead) {
  EXPECT_EQ(openLocation("data"), "");
  EXPECT_THAT(model.bytes, HasSubstr("0123456789abcdef"));
  EXPECT_EQ(openLocation("deep/data"), "");
  EXPECT_THAT(model.bytes, HasSubstr("fedcba9876543210"));
  EXPECT_EQ(openLocation("./data"), "");
}

TEST_F(ExternalDataTest, OffsetsAndLengths) {
  EXPECT_EQ(open(externalTensor({1}, "data")
                     .text(13, entry("offset", "4"))
                     .text(13, entry("length", "4"))
                     .text(13, entry("checksum", "any"))),
            "");
  EXPECT_THAT(model.bytes, HasSubstr(std::string("\x4a\x04") + "4567"));
  for (const char *offset :
       {"13", "17", "9223372036854775807", "18446744073709551615"})
    EXPECT_THAT(
        open(externalTensor({1}, "data").text(13, entry("offset", offset))),
        HasSubstr("has 16 bytes but the tensor needs 4 from byte"));
  for (const char *offset : {"-1", "0x4", "", "4 ", "18446744073709551616"})
    EXPECT_THAT(
        open(externalTensor({1}, "data").text(13, entry("offset", offset))),
        HasSubstr("accepted: a whole number"));
  EXPECT_THAT(open(externalTensor({1}, "data").text(13, entry("length", "16"))),
              HasSubstr("needs 4 bytes of external data but says it has 16"));
  EXPECT_THAT(open(externalTensor({uint64_t(1) << 40}, "data")),
              HasSubstr("has 16 bytes but the tensor needs"));
}

TEST_F(ExternalDataTest, PathsOutOfTheFolder) {
  for (const char *location :
       {"../secret", "deep/../../secret", "deep/../data", "./../secret", ".."})
    EXPECT_THAT(openLocation(location), HasSubstr("leaves the model's folder"));
  EXPECT_THAT(openLocation(folder.path + "/model/data"),
              HasSubstr("is an absolute path"));
  EXPECT_THAT(openLocation("/etc/passwd"), HasSubstr("is an absolute path"));
  EXPECT_THAT(openLocation("deep//data"), HasSubstr("empty component"));
  EXPECT_THAT(openLocation(std::string("data\0x", 6)),
              HasSubstr("is no file name"));
  EXPECT_THAT(openLocation(""), HasSubstr("is no file name"));
  EXPECT_THAT(openLocation("none"), HasSubstr("does not exist"));
}

TEST_F(ExternalDataTest, SymbolicLinks) {
  fs::create_symlink("../secret", folder.path + "/model/link");
  fs::create_symlink("data", folder.path + "/model/inside");
  fs::create_directory_symlink("..", folder.path + "/model/up");
  for (const char *location : {"link", "inside", "up/secret", "up/model/data"})
    EXPECT_THAT(openLocation(location), HasSubstr("symbolic link"));
}

TEST_F(ExternalDataTest, HardLinks) {
  fs::create_hard_link(folder.path + "/secret", folder.path + "/model/hard");
  EXPECT_THAT(openLocation("hard"), HasSubstr("has 2 hard links"));
}

TEST_F(ExternalDataTest, WhatIsNoRegularFile) {
  EXPECT_THAT(openLocation("deep"), HasSubstr("is not a regular file"));
  ASSERT_EQ(mkfifo((folder.path + "/model/pipe").c_str(), 0600), 0);
  EXPECT_THAT(openLocation("pipe"), HasSubstr("is not a regular file"));
  folder.write("model/empty", "");
  EXPECT_THAT(openLocation("empty"), HasSubstr("is empty"));
}

TEST_F(ExternalDataTest, AddressesInMemory) {
  EXPECT_THAT(openLocation("*/_ORT_MEM_ADDR_/*"),
              HasSubstr("is an address in the memory"));
}

TEST_F(ExternalDataTest, EntriesThatAreNotKnown) {
  EXPECT_THAT(
      open(externalTensor({4}, "data").text(13, entry("basepath", "/etc"))),
      HasSubstr("has the entry 'basepath'"));
  EXPECT_THAT(
      open(
          externalTensor({4}, "data").text(13, entry("location", "deep/data"))),
      HasSubstr("names two locations"));
  EXPECT_THAT(open(tensor({4}).number(14, 1)), HasSubstr("names none"));
  EXPECT_THAT(open(externalTensor({4}, "data").text(9, std::string(16, 'x'))),
              HasSubstr("in the model and in another file"));
}

TEST_F(ExternalDataTest, EmptyTensorsNeedNoFile) {
  EXPECT_EQ(open(externalTensor({0}, "none")), "");
}
