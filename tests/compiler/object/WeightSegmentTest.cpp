//===- WeightSegmentTest.cpp - Write a model's weights behind its code
//-----===//

#include "compiler/object/WeightSegment.h"
#include "runtime/lib/ObjectFile.h"
#include "runtime/lib/Sha256.h"
#include "runtime/lib/WeightFile.h"
#include "tests/compiler/object/LoadedObject.h"
#include "tests/compiler/object/ToyModel.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/Program.h"

#include <algorithm>
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

using namespace llvm;
using toy::says;

static constexpr uint64_t kMiB = 1 << 20;
static constexpr char kSymbol[] = "llmrt_model_toy";

static std::unique_ptr<llm::WeightSegmentWriter> start(const std::string &path,
                                                       uint64_t bytes) {
  toy::Bytes image = toy::linked();
  return cantFail(
      llm::WeightSegmentWriter::create(path, image, kSymbol, bytes));
}

/// Bytes that differ wherever they are.
static std::vector<uint8_t> noise(uint64_t size) {
  std::vector<uint8_t> bytes(size);
  uint64_t state = 88172645463325252;
  for (uint8_t &byte : bytes) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    byte = uint8_t(state);
  }
  return bytes;
}

/// Writes a model whose weights begin with the float 2.5.
static void writeModel(const std::string &path, std::vector<uint8_t> weights,
                       unsigned threads = 1) {
  const float first = 2.5f;
  memcpy(weights.data(), &first, sizeof(first));
  auto writer = start(path, weights.size());
  cantFail(writer->write(0, weights));
  cantFail(writer->finish(threads));
}

/// The runtime takes the file, and the system's loader and the code do.
static void expectWorks(const std::string &path,
                        const std::vector<uint8_t> &weights) {
  llmrt::ObjectFile checked;
  EXPECT_EQ(checked.open(path.c_str()), LLMRT_OK) << llmrt::lastError();
  toy::LoadedObject object(path);
  ASSERT_TRUE(object);
  ASSERT_EQ(object->weightsBytes, weights.size());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(object.weights()) %
                llm::kWeightAlignment,
            0u);
  EXPECT_EQ(
      memcmp(object.weights() + 4, weights.data() + 4, weights.size() - 4), 0);
  EXPECT_EQ(object.step(1.0f), 3.5f);
}

static llmrt::Sha256::Digest sha256(const void *bytes, size_t size) {
  llmrt::Sha256 hash;
  hash.update(bytes, size);
  return hash.finish();
}

TEST(WeightSegment, IsReadThroughTheDescriptor) {
  toy::Folder folder;
  std::string path = folder.file("model.so");
  // Odd sizes: smaller than a page, and one byte into a digest's piece.
  for (uint64_t size : {uint64_t(5), 3 * kMiB + 1}) {
    std::vector<uint8_t> weights = noise(size);
    writeModel(path, weights);
    expectWorks(path, weights);
  }
}

TEST(WeightSegment, IsTheLastPartOfTheFile) {
  toy::Folder folder;
  std::string path = folder.file("model.so");
  std::vector<uint8_t> weights = noise(100000);
  writeModel(path, weights);
  std::string file = toy::contents(path);
  ASSERT_EQ((file.size() - weights.size()) % llm::kWeightAlignment, 0u);
  EXPECT_EQ(memcmp(file.data() + file.size() - weights.size() + 4,
                   weights.data() + 4, weights.size() - 4),
            0);
}

TEST(WeightSegment, TakesWritesFromManyThreadsInAnyOrder) {
  toy::Folder folder;
  std::string whole = folder.file("whole.so"), parts = folder.file("parts.so");
  std::vector<uint8_t> weights = noise(5 * kMiB + 12345);
  const float first = 2.5f;
  memcpy(weights.data(), &first, sizeof(first));
  writeModel(whole, weights);

  auto writer = start(parts, weights.size());
  std::vector<std::thread> team;
  constexpr uint64_t kPart = 4099, kThreads = 4;
  for (uint64_t t = 0; t < kThreads; ++t)
    team.emplace_back([&, t] {
      uint64_t count = (weights.size() + kPart - 1) / kPart;
      for (uint64_t i = count; i-- > 0;)
        if (i % kThreads == t) {
          uint64_t at = i * kPart;
          cantFail(writer->write(
              at, ArrayRef<uint8_t>(weights).slice(
                      at, std::min<uint64_t>(kPart, weights.size() - at))));
        }
    });
  for (std::thread &thread : team)
    thread.join();
  cantFail(writer->finish(kThreads));
  EXPECT_TRUE(toy::contents(whole) == toy::contents(parts));
}

TEST(WeightSegment, IsTheSameFileInAnyFolderWithAnyThreads) {
  toy::Folder here, there;
  writeModel(here.file("a.so"), noise(2 * kMiB + 77), 1);
  writeModel(there.file("another.so"), noise(2 * kMiB + 77), 4);
  EXPECT_TRUE(toy::contents(here.file("a.so")) ==
              toy::contents(there.file("another.so")));
}

TEST(WeightSegment, DigestsPiecesHolesIncluded) {
  toy::Folder folder;
  std::string path = folder.file("model.so");
  std::vector<uint8_t> weights(4 * kMiB + 100), part = noise(5000);
  std::copy(part.begin(), part.end(), weights.begin() + 2 * kMiB + 7);
  auto writer = start(path, weights.size());
  cantFail(writer->write(2 * kMiB + 7, part));
  cantFail(writer->finish(2));

  std::vector<uint8_t> pieces;
  for (uint64_t at = 0; at < weights.size(); at += kMiB) {
    auto piece =
        sha256(weights.data() + at, std::min(kMiB, weights.size() - at));
    pieces.insert(pieces.end(), piece.begin(), piece.end());
  }
  auto expected = sha256(pieces.data(), pieces.size());
  toy::LoadedObject object(path);
  ASSERT_TRUE(object);
  EXPECT_EQ(memcmp(object->weightsDigest, expected.data(), expected.size()), 0);
}

TEST(WeightSegment, IsAbsentFromAModelWithoutWeights) {
  toy::Folder folder;
  std::string path = folder.file("model.so");
  auto writer = start(path, 0);
  EXPECT_TRUE(says(toy::message(writer->write(0, {1})), "segment of 0"));
  cantFail(writer->finish(1));
  EXPECT_LT(toy::contents(path).size(), 8192u);
  llmrt::ObjectFile checked;
  EXPECT_EQ(checked.open(path.c_str()), LLMRT_OK) << llmrt::lastError();
  EXPECT_EQ(checked.descriptor()->weightsBytes, 0u);
  EXPECT_EQ(checked.descriptor()->weightsOffset, 0);
}

TEST(WeightSegment, CanBeAFileOfItsOwn) {
  toy::Folder folder;
  std::string path = folder.file("model.so");
  std::string file = folder.file("model.safetensors");
  std::vector<uint8_t> weights = noise(2 * kMiB + 9);
  auto writer = cantFail(llm::WeightSegmentWriter::create(
      path, toy::linked(), kSymbol, weights.size(), file));
  cantFail(writer->write(0, weights));
  cantFail(writer->finish(2));
  EXPECT_LT(toy::contents(path).size(), 8192u);

  llmrt::ObjectFile checked;
  ASSERT_EQ(checked.open(path.c_str()), LLMRT_OK) << llmrt::lastError();
  EXPECT_EQ(checked.descriptor()->weightsOffset, 0);
  EXPECT_EQ(checked.descriptor()->weightsBytes, weights.size());
  llmrt::MappedRegion region;
  const uint8_t *found = nullptr;
  ASSERT_EQ(
      llmrt::openWeightFile(file.c_str(), *checked.descriptor(), region, found),
      LLMRT_OK)
      << llmrt::lastError();
  EXPECT_EQ(memcmp(found, weights.data(), weights.size()), 0);

  // As any reader of safetensors sees it.
  std::string bytes = toy::contents(file);
  uint64_t headerBytes;
  memcpy(&headerBytes, bytes.data(), sizeof(headerBytes));
  auto header = cantFail(json::parse(StringRef(bytes).substr(8, headerBytes)));
  const json::Object *tensor = header.getAsObject()->getObject("weights");
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->getString("dtype"), "U8");
  EXPECT_EQ(*tensor->getArray("shape"), (json::Array{weights.size()}));
  EXPECT_EQ(*tensor->getArray("data_offsets"),
            (json::Array{0, weights.size()}));
  EXPECT_EQ(bytes.size(), 8 + headerBytes + weights.size());
}

TEST(WeightSegment, OfFiveGibibytesStaysSparse) {
  toy::Folder folder;
  std::string path = folder.file("model.so");
  constexpr uint64_t kSize = 5120 * kMiB;
  auto writer = start(path, kSize);
  const float first = 2.5f;
  ArrayRef<uint8_t> bytes(reinterpret_cast<const uint8_t *>(&first), 4);
  cantFail(writer->write(0, bytes));
  cantFail(writer->write(kSize - 4, bytes));
  cantFail(writer->finish(2));
  struct stat status;
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_GT(uint64_t(status.st_size), kSize);
  EXPECT_LT(uint64_t(status.st_blocks) * 512, 4 * kMiB);

  llmrt::ObjectFile checked;
  ASSERT_EQ(checked.open(path.c_str()), LLMRT_OK) << llmrt::lastError();
  toy::LoadedObject object(path);
  ASSERT_TRUE(object);
  EXPECT_EQ(object.step(1.0f), 3.5f);
  EXPECT_EQ(memcmp(object.weights() + kSize - 4, &first, 4), 0);
  EXPECT_EQ(object.weights()[kSize / 2], 0);
}

//===----------------------------------------------------------------------===//
// Tools that rewrite the file
//===----------------------------------------------------------------------===//

struct Tool {
  const char *program;
  std::vector<std::string> flags;
};

static void PrintTo(const Tool &tool, std::ostream *stream) {
  *stream << tool.program;
  for (const std::string &flag : tool.flags)
    *stream << ' ' << flag;
}

static void runTool(const Tool &tool, const std::string &input,
                    const std::string &output) {
  // Debian's LLVM tools have the version in their names.
  auto program = sys::findProgramByName(tool.program + std::string("-22"));
  if (!program)
    program = sys::findProgramByName(tool.program);
  ASSERT_TRUE(bool(program)) << tool.program << " is not installed";
  std::vector<StringRef> arguments = {tool.program};
  arguments.insert(arguments.end(), tool.flags.begin(), tool.flags.end());
  if (StringRef(tool.program).ends_with("strip"))
    arguments.insert(arguments.end(), {"-o", output, input});
  else
    arguments.insert(arguments.end(), {input, output});
  std::string problem;
  ASSERT_EQ(sys::ExecuteAndWait(*program, arguments, std::nullopt, {}, 60, 0,
                                &problem),
            0)
      << problem;
}

class RewrittenObject : public testing::TestWithParam<Tool> {};

TEST_P(RewrittenObject, StillLoadsAndKeepsItsWeights) {
  toy::Folder folder;
  std::string path = folder.file("model.so"), copy = folder.file("copy.so");
  std::vector<uint8_t> weights = noise(2 * kMiB + 5);
  writeModel(path, weights);
  ASSERT_NO_FATAL_FAILURE(runTool(GetParam(), path, copy));
  EXPECT_FALSE(toy::contents(path) == toy::contents(copy));
  expectWorks(copy, weights);
}

INSTANTIATE_TEST_SUITE_P(
    Tools, RewrittenObject,
    testing::Values(Tool{"strip", {}}, Tool{"strip", {"--strip-unneeded"}},
                    Tool{"objcopy", {"--strip-debug"}},
                    Tool{"objcopy", {"--remove-section=.comment"}},
                    Tool{"llvm-strip", {}},
                    Tool{"llvm-objcopy", {"--strip-debug"}},
                    Tool{"llvm-objcopy", {"--strip-sections"}}));

//===----------------------------------------------------------------------===//
// Failure
//===----------------------------------------------------------------------===//

TEST(WeightSegment, AppearsWholeOrNotAtAll) {
  toy::Folder folder;
  std::string path = folder.file("model.so");
  std::ofstream(path) << "the older file";
  {
    auto writer = start(path, 100);
    EXPECT_EQ(toy::contents(path), "the older file");
    EXPECT_EQ(folder.list().size(), 2u);
  }
  EXPECT_EQ(toy::contents(path), "the older file");
  EXPECT_EQ(folder.list(), std::vector<std::string>{"model.so"});
  writeModel(path, noise(100));
  expectWorks(path, noise(100));
  EXPECT_EQ(folder.list(), std::vector<std::string>{"model.so"});
}

TEST(WeightSegment, RefusesBytesBeyondItsEnd) {
  toy::Folder folder;
  auto writer = start(folder.file("model.so"), 100);
  cantFail(writer->write(97, {1, 2, 3}));
  EXPECT_TRUE(says(toy::message(writer->write(98, {1, 2, 3})),
                   "bytes 98 to 101 of a segment of 100"));
  EXPECT_TRUE(says(toy::message(writer->write(~uint64_t(0), {1, 2})),
                   "of a segment of 100"));
}

/// Why a file cannot be started.
static std::string refusal(const std::string &path, uint64_t bytes,
                           const char *symbol = kSymbol) {
  auto writer =
      llm::WeightSegmentWriter::create(path, toy::linked(), symbol, bytes);
  return writer ? "" : toy::message(writer.takeError());
}

TEST(WeightSegment, RefusesADestinationThatIsNoFile) {
  toy::Folder folder;
  EXPECT_TRUE(says(refusal(folder.file(""), 10), "not a regular file"));
  EXPECT_TRUE(says(refusal("/dev/null", 10), "not a regular file"));
  EXPECT_TRUE(says(refusal(folder.file("absent/model.so"), 10),
                   "No such file or directory"));
}

TEST(WeightSegment, SaysWhatTheSystemRefuses) {
  toy::Folder folder;
  struct rlimit before, small;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 10 * kMiB;
  auto handler = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string problem = refusal(folder.file("model.so"), 20 * kMiB);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  EXPECT_TRUE(says(problem, "model.so: cannot make the file"));
  EXPECT_TRUE(says(problem, "File too large"));
  EXPECT_TRUE(folder.list().empty());
}

TEST(WeightSegment, RefusesMoreThanTheAddressSpaceHolds) {
  toy::Folder folder;
  EXPECT_TRUE(says(refusal(folder.file("model.so"), uint64_t(1) << 47),
                   "exceed the address space"));
  EXPECT_TRUE(folder.list().empty());
}

TEST(WeightSegment, RefusesASymbolThatIsNoDescriptor) {
  toy::Folder folder;
  EXPECT_TRUE(says(refusal(folder.file("model.so"), 10, "llmrt_model_x"),
                   "does not export 'llmrt_model_x'"));
}

TEST(WeightSegment, FollowsALinkToItsFile) {
  toy::Folder folder;
  std::string path = folder.file("model.so"), link = folder.file("link.so");
  std::ofstream(path) << "the older file";
  ASSERT_EQ(symlink(path.c_str(), link.c_str()), 0);
  std::vector<uint8_t> weights = noise(1000);
  writeModel(link, weights);
  expectWorks(path, weights);
  EXPECT_TRUE(sys::fs::is_symlink_file(link));
}
