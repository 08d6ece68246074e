//===- TokenizerGoldensTest.cpp - Ids and texts equal the reference's -----===//
//
// tests/goldens/tokenizers holds small tokenizers of the shapes that published
// models have and what Hugging Face's library makes of texts with them
// (scripts/make-tokenizer-goldens).
//
//===----------------------------------------------------------------------===//

#include "frontends/Checkpoint.h"
#include "frontends/tokenizer/TokenizerCompiler.h"
#include "runtime/lib/Tokenizer.h"
#include "runtime/lib/TokenizerText.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <simdjson.h>

using namespace llm;
namespace dom = simdjson::dom;

namespace {

const std::string kFolder = "tests/goldens/tokenizers/";

std::string readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

dom::array readList(dom::element value, const char *key) {
  dom::array list;
  EXPECT_FALSE(value[key].get(list)) << key;
  return list;
}

std::vector<int32_t> readIds(dom::element value) {
  std::vector<int32_t> ids;
  for (dom::element entry : readList(value, "ids")) {
    int64_t id = -1;
    EXPECT_FALSE(entry.get(id));
    ids.push_back(int32_t(id));
  }
  return ids;
}

bool readFlag(dom::element value, const char *key) {
  bool flag = false;
  EXPECT_FALSE(value[key].get(flag)) << key;
  return flag;
}

std::string readText(dom::element value) {
  std::string_view text;
  EXPECT_FALSE(value["text"].get(text));
  return std::string(text);
}

void checkCases(const Checkpoint &checkpoint, const std::string &casesPath) {
  std::vector<uint8_t> blob;
  std::string error;
  ASSERT_TRUE(compileTokenizer(checkpoint, blob, error)) << error;
  auto tokenizer = llmrt::Tokenizer::open(blob.data(), blob.size(), error);
  ASSERT_TRUE(tokenizer) << error;

  dom::parser parser;
  dom::element cases;
  ASSERT_FALSE(parser.load(casesPath).get(cases)) << casesPath;
  size_t count = 0;
  for (dom::element entry : readList(cases, "encode")) {
    std::string text = readText(entry);
    std::vector<int32_t> ids;
    EXPECT_TRUE(tokenizer->encode(text, readFlag(entry, "add_special"),
                                  readFlag(entry, "parse_special"), ids))
        << text;
    EXPECT_EQ(ids, readIds(entry)) << text;
    ++count;
  }
  for (dom::element entry : readList(cases, "decode")) {
    llmrt::Detokenizer detokenizer(*tokenizer, readFlag(entry, "skip_special"));
    std::string text, piece;
    for (int32_t id : readIds(entry)) {
      piece.clear();
      detokenizer.push(id, piece);
      EXPECT_TRUE(llmrt::isUtf8(piece)) << "after token " << id;
      text += piece;
    }
    detokenizer.flush(text);
    EXPECT_EQ(text, readText(entry));
    ++count;
  }
  EXPECT_GT(count, 40u);
}

class TokenizerGoldens : public testing::TestWithParam<const char *> {};

TEST_P(TokenizerGoldens, equal) {
  std::string base = kFolder + GetParam();
  Checkpoint checkpoint{};
  checkpoint.path = base;
  checkpoint.tokenizerJson = readFile(base + ".tokenizer.json");
  ASSERT_FALSE(checkpoint.tokenizerJson.empty());
  checkCases(checkpoint, base + ".cases.json");
}

constexpr const char *kFamilies[] = {"added",
                                     "albert",
                                     "bert-accents",
                                     "bert-cased",
                                     "bert-uncased",
                                     "bloom",
                                     "cl100k",
                                     "clip",
                                     "deepseek3",
                                     "falcon",
                                     "gemma",
                                     "gpt1",
                                     "gpt2",
                                     "gpt4o",
                                     "kimi",
                                     "llama2",
                                     "llama2-metaspace",
                                     "llama3",
                                     "mistral",
                                     "qwen2",
                                     "right-to-left-digits",
                                     "roberta",
                                     "smollm2",
                                     "t5",
                                     "t5-strip",
                                     "unigram-bytes",
                                     "unigram-first",
                                     "words",
                                     "xlm-roberta"};

INSTANTIATE_TEST_SUITE_P(Families, TokenizerGoldens,
                         testing::ValuesIn(kFamilies),
                         [](const testing::TestParamInfo<const char *> &info) {
                           std::string name = info.param;
                           for (char &c : name)
                             if (c == '-')
                               c = '_';
                           return name;
                         });

TEST(TokenizerGoldens, every_file_is_tested) {
  size_t files = 0;
  for (const auto &entry : std::filesystem::directory_iterator(kFolder))
    files += entry.path().string().find(".tokenizer.json") != std::string::npos;
  EXPECT_EQ(files, std::size(kFamilies));
}

TEST(TokenizerGoldens, real_smollm2) {
  const std::string path = ".cache/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!std::filesystem::exists(path))
    GTEST_SKIP() << "scripts/fetch-smollm2 has not been run";
  std::string error;
  std::unique_ptr<Checkpoint> checkpoint = openCheckpoint(path, error);
  ASSERT_TRUE(checkpoint) << error;
  checkCases(*checkpoint, kFolder + "smollm2-135m.cases.json");
}

} // namespace
