//===- HostileTokenizerTest.cpp - Small files that ask for much -----------===//
//
// Each file here is small and took time or memory without bound, or gave wrong
// tables, before there was a limit. A test that never ends is a test that
// fails.
//
//===----------------------------------------------------------------------===//

#include "frontends/Checkpoint.h"
#include "frontends/tokenizer/TokenizerCompiler.h"
#include "runtime/lib/Tokenizer.h"

#include <gtest/gtest.h>

using namespace llm;

namespace {

/// A tokenizer of two words, with one more part.
std::string words(const std::string &part) {
  return R"({"model":{"type":"WordLevel","vocab":{"a":0,"bb":1},)"
         R"("unk_token":"a"},)" +
         part + "}";
}

std::string sequence(const std::string &name, const std::string &list,
                     const std::string &member, unsigned times) {
  std::string text = member;
  for (unsigned time = 1; time < times; ++time)
    text += "," + member;
  return "\"" + name + R"(":{"type":"Sequence",")" + list + "\":[" + text +
         "]}";
}

std::string repeated(const std::string &text, unsigned times) {
  std::string all;
  for (unsigned time = 0; time < times; ++time)
    all += text;
  return all;
}

class Compiled {
public:
  explicit Compiled(const std::string &json) {
    Checkpoint checkpoint{};
    checkpoint.path = "model";
    checkpoint.tokenizerJson = json;
    if (compileTokenizer(checkpoint, blob, error))
      tokenizer = llmrt::Tokenizer::open(blob.data(), blob.size(), error);
  }

  bool encodes(const std::string &text) {
    ids.clear();
    return tokenizer->encode(text, true, true, ids);
  }
  bool isRefused(const std::string &because) const {
    return !tokenizer && error.find(because) != std::string::npos;
  }

  std::string error;
  std::vector<uint8_t> blob;
  std::unique_ptr<llmrt::Tokenizer> tokenizer;
  std::vector<int32_t> ids;
};

std::string regex(const std::string &pattern) {
  return words(R"("pre_tokenizer":{"type":"Split","pattern":{"Regex":")" +
               pattern + R"("},"behavior":"Isolated","invert":false})");
}

} // namespace

TEST(HostileTokenizer, pre_tokenizers_that_double_a_text_are_not_followed) {
  Compiled made(words(sequence(
      "pre_tokenizer", "pretokenizers",
      R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":false})",
      40)));
  ASSERT_TRUE(made.tokenizer) << made.error;
  EXPECT_TRUE(made.encodes("plain"));
  EXPECT_FALSE(made.encodes("\u00e9"));
}

TEST(HostileTokenizer, normalizers_that_swell_a_text_are_not_followed) {
  const std::string much = repeated("x", 30000);
  const std::string text = repeated("a", 30000);
  for (const std::string &step :
       {R"({"type":"Replace","pattern":{"String":"a"},"content":")" + much +
            "\"}",
        R"({"type":"Replace","pattern":{"Regex":""},"content":")" + much +
            "\"}"}) {
    Compiled made(words("\"normalizer\":" + step));
    ASSERT_TRUE(made.tokenizer) << made.error;
    EXPECT_FALSE(made.encodes(text));
  }
  Compiled added(words(
      R"("normalizer":{"type":"Replace","pattern":{"String":"a"},"content":")" +
      much + R"("},"added_tokens":[{"content":")" + text +
      R"(","single_word":false,"lstrip":false,"rstrip":false,)"
      R"("normalized":true,"special":false}])"));
  EXPECT_TRUE(added.isRefused("64 times longer")) << added.error;
}

TEST(HostileTokenizer, decoders_that_swell_a_text_are_refused) {
  const std::string step =
      R"({"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaa"})";
  Compiled stream(words(R"("decoder":{"type":"Sequence","decoders":[)"
                        R"({"type":"Fuse"},)" +
                        repeated(step + ",", 11) + step + "]}"));
  EXPECT_TRUE(stream.isRefused("1024 times longer")) << stream.error;
  Compiled tokens(words(sequence("decoder", "decoders", step, 40)));
  EXPECT_TRUE(tokens.isRefused("64 times longer")) << tokens.error;
}

TEST(HostileTokenizer, a_few_ids_do_not_ask_for_millions) {
  Compiled made(R"({"model":{"type":"WordLevel","vocab":{"a":0,"b":8000000},)"
                R"("unk_token":"a"}})");
  EXPECT_TRUE(made.isRefused("the highest id is 8000000")) << made.error;
}

TEST(HostileTokenizer, strings_searched_for_everywhere_are_short) {
  const std::string much = repeated("x", 5000);
  Compiled piece(R"({"model":{"type":"Unigram","vocab":[["a",-1],[")" + much +
                 R"(",-2]],"unk_id":0}})");
  EXPECT_TRUE(piece.isRefused("has 5000 bytes")) << piece.error;
  Compiled added(words(R"("added_tokens":[{"content":")" + much +
                       R"(","single_word":false,"lstrip":false,"rstrip":false,)"
                       R"("normalized":false,"special":false}])"));
  EXPECT_TRUE(added.isRefused("has 5000 bytes")) << added.error;
}

TEST(HostileTokenizer, added_tokens_take_spaces_along_in_linear_time) {
  Compiled made(words(R"("added_tokens":[{"content":" ","single_word":false,)"
                      R"("lstrip":true,"rstrip":true,"normalized":false,)"
                      R"("special":false}])"));
  ASSERT_TRUE(made.tokenizer) << made.error;
  EXPECT_TRUE(made.encodes(std::string(1 << 20, ' ')));
  EXPECT_EQ(made.ids, std::vector<int32_t>{2});
}

TEST(HostileTokenizer, a_normal_form_asked_for_often_is_the_same) {
  // Each form has thousands of entries, which 16-bit numbers count.
  std::string steps = R"({"type":"NFKD"},{"type":"NFKC"},{"type":"NFD"})";
  Compiled made(R"({"model":{"type":"WordLevel","vocab":{"fi":0,"?":1},)"
                R"("unk_token":"?"},)" +
                sequence("normalizer", "normalizers", steps, 16) + "}");
  ASSERT_TRUE(made.tokenizer) << made.error;
  EXPECT_TRUE(made.encodes("\ufb01"));
  EXPECT_EQ(made.ids, std::vector<int32_t>{0});
}

TEST(HostileTokenizer, patterns_of_nothing_take_no_time) {
  std::string pattern = "(?:)";
  for (unsigned depth = 0; depth < 40; ++depth)
    pattern = "(?:" + pattern + "{1000})";
  Compiled made(regex(pattern));
  ASSERT_TRUE(made.tokenizer) << made.error;
  EXPECT_TRUE(made.encodes("bb"));
}

TEST(HostileTokenizer, repetitions_of_repetitions_are_bounded) {
  EXPECT_TRUE(
      Compiled(regex("a" + repeated("?", 60000))).isRefused("repetitions of"));
  EXPECT_TRUE(Compiled(regex("a" + repeated("{2,3}", 9)))
                  .isRefused("more than 8 repetitions of each other"));
}

TEST(HostileTokenizer, an_automaton_takes_bounded_work) {
  // One transition alone visits 18000 places, for each of 250 classes.
  std::string pattern = "(?:(?:[^~]?){1000}){9}";
  for (unsigned c = 0; c < 250; ++c)
    pattern += "|" + std::string(1, char(0xc4 + c / 64)) +
               std::string(1, char(0x80 + c % 64));
  Compiled made(regex(pattern));
  EXPECT_TRUE(made.isRefused("takes long to build")) << made.error;
  // The limit is one for all patterns of a tokenizer.
  Compiled many(
      words(sequence("pre_tokenizer", "pretokenizers",
                     R"({"type":"Split","pattern":{"Regex":"(?:[^~]?){900}~"},)"
                     R"("behavior":"Isolated","invert":false})",
                     40)));
  EXPECT_TRUE(many.isRefused("takes long to build")) << many.error;
}

TEST(HostileTokenizer, sets_are_read_in_linear_time) {
  // Characters that are not neighbours: each is a range of its own.
  std::string set;
  for (unsigned c = 0x3000; c < 0xa000; c += 2) {
    set += char(0xe0 | c >> 12);
    set += char(0x80 | (c >> 6 & 63));
    set += char(0x80 | (c & 63));
    if (set.size() > 65000)
      break;
  }
  Compiled one(regex("[" + set + "]"));
  EXPECT_TRUE(one.tokenizer) << one.error;
  // Sets that differ in their last range only.
  std::string pattern;
  for (unsigned c = 0; c < 4000; ++c) {
    pattern += "[\\\\p{L}\xf4\x8f";
    pattern += char(0x80 | c >> 6);
    pattern += char(0x80 | (c & 63));
    pattern += "]";
  }
  Compiled many(regex(pattern));
  EXPECT_TRUE(many.isRefused("more than 255 kinds of characters"))
      << many.error;
}
