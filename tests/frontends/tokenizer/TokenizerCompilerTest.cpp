//===- TokenizerCompilerTest.cpp - What is refused, and how it is told ----===//

#include "frontends/tokenizer/TokenizerCompiler.h"
#include "frontends/Checkpoint.h"
#include "runtime/lib/Tokenizer.h"
#include "runtime/lib/TokenizerTables.h"

#include <gtest/gtest.h>

using namespace llm;

namespace {

Checkpoint withJson(const std::string &json) {
  Checkpoint checkpoint{};
  checkpoint.path = "model";
  checkpoint.tokenizerJson = json;
  return checkpoint;
}

std::string errorOf(const Checkpoint &checkpoint) {
  std::vector<uint8_t> blob;
  std::string error;
  EXPECT_FALSE(compileTokenizer(checkpoint, blob, error));
  EXPECT_TRUE(blob.empty());
  return error;
}

std::string part(const std::string &name, const std::string &value) {
  return R"({"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"},")" +
         name + "\":" + value + "}";
}

bool contains(const std::string &text, const std::string &what) {
  return text.find(what) != std::string::npos;
}

std::vector<int32_t> encode(const Checkpoint &checkpoint,
                            const std::string &text) {
  std::vector<uint8_t> blob;
  std::string error;
  std::vector<int32_t> ids;
  EXPECT_TRUE(compileTokenizer(checkpoint, blob, error)) << error;
  auto tokenizer = llmrt::Tokenizer::open(blob.data(), blob.size(), error);
  EXPECT_TRUE(tokenizer) << error;
  EXPECT_TRUE(tokenizer && tokenizer->encode(text, true, true, ids));
  return ids;
}

TEST(TokenizerCompiler, no_tokenizer_gives_no_tables) {
  std::vector<uint8_t> blob(3);
  std::string error;
  EXPECT_TRUE(compileTokenizer(Checkpoint{}, blob, error));
  EXPECT_TRUE(blob.empty());
}

TEST(TokenizerCompiler, every_gap_is_told_at_once) {
  std::string error = errorOf(withJson(R"({
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "Odd"}]},
    "pre_tokenizer": {"type": "UnicodeScripts"},
    "post_processor": {"type": "Strange"},
    "decoder": {"type": "CTC"},
    "model": {"type": "Neural"}})"));
  EXPECT_TRUE(contains(error, "5 problems")) << error;
  EXPECT_TRUE(contains(error, "normalizer.normalizers[0] (Odd): not supported "
                              "yet: this normalizer"))
      << error;
  EXPECT_TRUE(contains(error, "pre_tokenizer (UnicodeScripts)")) << error;
  EXPECT_TRUE(contains(error, "decoder (CTC)")) << error;
  EXPECT_TRUE(contains(error, "model (Neural)")) << error;
}

TEST(TokenizerCompiler, a_pattern_error_names_component_and_place) {
  std::string error = errorOf(withJson(
      part("pre_tokenizer", R"json({"type":"Split","pattern":{"Regex":"a(?>b)"},
      "behavior":"Isolated","invert":false})json")));
  EXPECT_TRUE(contains(error, "pre_tokenizer (Split): not supported yet: an "
                              "atomic group, at byte 1 of the pattern"))
      << error;
}

TEST(TokenizerCompiler, broken_files_are_refused) {
  EXPECT_TRUE(contains(errorOf(withJson("{")), "tokenizer.json"));
  EXPECT_TRUE(contains(errorOf(withJson("{}")), "it has no model"));
  EXPECT_TRUE(
      contains(errorOf(withJson(R"({"model":{"type":"BPE","vocab":{"a":0,
    "b":1},"merges":[["a","b"]]}})")),
               "needs 'ab', which is no token"));
  EXPECT_TRUE(
      contains(errorOf(withJson(R"({"model":{"type":"BPE","vocab":{"a":0,
    "b":0},"merges":[]}})")),
               "the same id, 0"));
  EXPECT_TRUE(contains(errorOf(withJson(R"({"model":{"type":"BPE","vocab":{"a":
    4294967295},"merges":[]}})")),
                       "is no whole number from 0 to"));
  EXPECT_TRUE(contains(errorOf(withJson(R"({"model":{"type":"Unigram","vocab":
    [["a",-1]],"unk_id":7}})")),
                       "unk_id is 7"));
  EXPECT_TRUE(
      contains(errorOf(withJson(part("normalizer",
                                     R"({"type":"Precompiled",)"
                                     R"("precompiled_charsmap":"AAAAAQ=="})"))),
               "charsmap is damaged"));
  EXPECT_TRUE(contains(
      errorOf(withJson(
          part("post_processor",
               R"({"type":"BertProcessing","sep":["x",9],"cls":["a",0]})"))),
      "adds token 9"));
}

TEST(TokenizerCompiler, the_same_file_gives_the_same_bytes) {
  Checkpoint checkpoint = withJson(part(
      "pre_tokenizer", R"({"type":"ByteLevel","add_prefix_space":false})"));
  std::vector<uint8_t> first, second;
  std::string error;
  ASSERT_TRUE(compileTokenizer(checkpoint, first, error)) << error;
  ASSERT_TRUE(compileTokenizer(checkpoint, second, error)) << error;
  EXPECT_EQ(first, second);
}

TEST(TokenizerCompiler, scores_are_what_the_reference_reads) {
  // Pairs of what a file says and what tokenizers 0.23 writes back.
  const std::pair<const char *, double> kScores[] = {
      {"-15.083785267828315", -15.083785267828317},
      {"-15.406374679449529", -15.406374679449527},
      {"-18.649966422800322", -18.64996642280032},
      {"-12.906317526469275", -12.906317526469277},
      {"-5.0987653732299805", -5.0987653732299805},
      {"-9.5", -9.5},
      {"0.0", 0.0},
      {"-3", -3.0},
      {"-1e-320", -1e-320}};
  std::string vocab;
  for (const auto &[text, score] : kScores)
    vocab += std::string(vocab.empty() ? "" : ",") + "[\"" + text + "\"," +
             text + "]";
  std::vector<uint8_t> blob;
  std::string error;
  ASSERT_TRUE(compileTokenizer(
      withJson(R"({"model":{"type":"Unigram","unk_id":0,"vocab":[)" + vocab +
               "]}}"),
      blob, error))
      << error;
  auto tokenizer = llmrt::Tokenizer::open(blob.data(), blob.size(), error);
  ASSERT_TRUE(tokenizer) << error;
  for (size_t id = 0; id < std::size(kScores); ++id)
    EXPECT_EQ(tokenizer->tables().scores[id], kScores[id].second)
        << kScores[id].first;
}

TEST(TokenizerCompiler, a_text_without_token_fails) {
  std::vector<uint8_t> blob;
  std::string error;
  Checkpoint checkpoint = withJson(
      R"({"model":{"type":"Unigram","vocab":[["a",-1.0]],"unk_id":null}})");
  ASSERT_TRUE(compileTokenizer(checkpoint, blob, error)) << error;
  auto tokenizer = llmrt::Tokenizer::open(blob.data(), blob.size(), error);
  ASSERT_TRUE(tokenizer) << error;
  std::vector<int32_t> ids{7};
  EXPECT_TRUE(tokenizer->encode("aa", false, false, ids));
  EXPECT_EQ(ids, (std::vector<int32_t>{7, 0, 0}));
  EXPECT_FALSE(tokenizer->encode("ab", false, false, ids));
  EXPECT_EQ(ids.size(), 3u);
}

GgufTokenizer smallGguf(const std::string &model, const std::string &pre) {
  GgufTokenizer gguf;
  gguf.model = model;
  gguf.pre = pre;
  gguf.tokens = {"<unk>", "<s>", "</s>", "a",      "b",       "1",
                 "2",     "ab",  "12",   "\u2581", "\u2581ab"};
  gguf.types = {2, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
  gguf.bos = 1;
  gguf.unk = 0;
  return gguf;
}

Checkpoint withGguf(GgufTokenizer gguf) {
  Checkpoint checkpoint{};
  checkpoint.path = "model.gguf";
  checkpoint.ggufTokenizer = std::move(gguf);
  return checkpoint;
}

TEST(TokenizerCompiler, gguf_names_the_pattern) {
  GgufTokenizer gguf = smallGguf("gpt2", "smollm");
  gguf.merges = {"a b", "1 2"};
  // SmolLM's digits stand alone; GPT-2's come in runs.
  EXPECT_EQ(encode(withGguf(gguf), "ab12</s>"),
            (std::vector<int32_t>{7, 5, 6, 2}));
  gguf.pre = "gpt-2";
  EXPECT_EQ(encode(withGguf(gguf), "ab12"), (std::vector<int32_t>{7, 8}));
  gguf.pre = "llama-bpe";
  EXPECT_EQ(encode(withGguf(gguf), "ab12"), (std::vector<int32_t>{1, 7, 8}));
  gguf.pre = "unheard-of";
  EXPECT_TRUE(contains(errorOf(withGguf(gguf)),
                       "not supported yet: this pre-tokenizer; accepted: "));
}

TEST(TokenizerCompiler, gguf_scores_rank_the_merges) {
  GgufTokenizer gguf = smallGguf("llama", "default");
  gguf.scores = {0, 0, 0, -9, -9, -9, -9, -1, -2, -9, -3};
  EXPECT_EQ(encode(withGguf(gguf), "ab ab"), (std::vector<int32_t>{1, 10, 10}));
  gguf.addSpacePrefix = false;
  gguf.addBos = false;
  EXPECT_EQ(encode(withGguf(gguf), "abb"), (std::vector<int32_t>{7, 4}));
  gguf.model = "t5";
  EXPECT_TRUE(contains(errorOf(withGguf(gguf)), "not supported yet"));
}

} // namespace
