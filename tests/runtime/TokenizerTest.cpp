//===- TokenizerTest.cpp - The interpreter of tokenizer tables ------------===//
//
// Tables written by hand, so that the runtime is tested without the compiler;
// tests/frontends/tokenizer compares whole tokenizers with the reference.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/Tokenizer.h"
#include "runtime/lib/TokenizerFormat.h"
#include "runtime/lib/TokenizerText.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace llmrt;

namespace {

struct Token {
  std::string text;
  uint8_t flags = kTokenExists;
};

struct Step {
  DecoderKind kind;
  std::string text, content;
  uint32_t first = 0, second = 0;
};

/// A WordLevel tokenizer: a whole text is a token.
class TableBuilder {
public:
  TableBuilder(const std::vector<Token> &tokens,
               const std::vector<Step> &decoder = {}) {
    std::string pool;
    std::vector<uint32_t> offsets{0};
    std::vector<uint8_t> flags;
    std::vector<uint64_t> slots(2 * tokens.size() + 1);
    for (const Token &token : tokens) {
      uint64_t hash = hashText(token.text.data(), token.text.size());
      uint32_t slot = vocabSlot(hash, uint32_t(slots.size()));
      while (slots[slot] != 0)
        slot = (slot + 1) % slots.size();
      slots[slot] = hash >> 32 << 32 | (flags.size() + 1);
      pool += token.text;
      offsets.push_back(uint32_t(pool.size()));
      flags.push_back(token.flags);
    }
    header.vocabSize = uint32_t(tokens.size());
    header.model = TokenModel::WordLevel;
    header.unknown = 0;
    header.modelText = header.decodeText = add(pool.data(), pool.size());
    header.modelOffsets = header.decodeOffsets = addTable(offsets);
    header.vocabSlots = addTable(slots);
    header.tokenFlags = addTable(flags);
    header.byteTokens = header.byteSymbols =
        addTable(std::vector<int32_t>(256, -1));
    header.templateIds = addTable(std::vector<int32_t>{1, -1});
    std::vector<DecoderStep> steps;
    for (const Step &step : decoder) {
      DecoderStep out = {};
      out.kind = step.kind;
      out.first = step.first;
      out.second = step.second;
      out.text = add(step.text.data(), step.text.size());
      out.content = add(step.content.data(), step.content.size());
      steps.push_back(out);
    }
    header.decoder = addTable(steps);
  }

  template <typename T> TableSpan addTable(const std::vector<T> &table) {
    return add(table.data(), table.size() * sizeof(T));
  }
  TableSpan add(const void *data, size_t size) {
    if (size == 0)
      return {0, 0};
    TableSpan span{uint32_t(bytes.size()), uint32_t(size)};
    bytes.resize((bytes.size() + size + 7) & ~size_t(7));
    memcpy(bytes.data() + span.offset, data, size);
    return span;
  }

  const std::vector<uint8_t> &blob() {
    header.magic = kTokenizerMagic;
    header.version = kTokenizerVersion;
    header.blobBytes = uint32_t(bytes.size());
    memcpy(bytes.data(), &header, sizeof(header));
    return bytes;
  }

  std::unique_ptr<Tokenizer> open() {
    std::string error;
    const std::vector<uint8_t> &data = blob();
    auto tokenizer = Tokenizer::open(data.data(), data.size(), error);
    EXPECT_TRUE(tokenizer) << error;
    return tokenizer;
  }

  TokenizerHeader header = {};

private:
  std::vector<uint8_t> bytes = std::vector<uint8_t>(sizeof(TokenizerHeader));
};

const std::vector<Token> kTokens = {{"<unk>"},
                                    {"<s>", kTokenExists | kTokenSpecial},
                                    {"Hello"},
                                    {" a"},
                                    {"\xe2", kTokenExists | kTokenByte},
                                    {"\x82", kTokenExists | kTokenByte},
                                    {"\xac", kTokenExists | kTokenByte},
                                    {"", 0}};

/// What ids become, and what each push gave.
std::string decode(const Tokenizer &tokenizer, const std::vector<int32_t> &ids,
                   bool skipSpecial = true,
                   std::vector<std::string> *pieces = nullptr) {
  Detokenizer detokenizer(tokenizer, skipSpecial);
  std::string text;
  for (int32_t id : ids) {
    std::string piece;
    detokenizer.push(id, piece);
    EXPECT_TRUE(isUtf8(piece));
    text += piece;
    if (pieces)
      pieces->push_back(piece);
  }
  detokenizer.flush(text);
  return text;
}

TEST(Tokenizer, words_become_ids) {
  TableBuilder builder(kTokens);
  auto tokenizer = builder.open();
  ASSERT_TRUE(tokenizer);
  std::vector<int32_t> ids;
  EXPECT_TRUE(tokenizer->encode("Hello", true, true, ids));
  EXPECT_TRUE(tokenizer->encode("other", false, true, ids));
  EXPECT_EQ(ids, (std::vector<int32_t>{1, 2, 0}));
  EXPECT_EQ(tokenizer->vocabSize(), 8u);
  EXPECT_TRUE(tokenizer->isSpecial(1));
  EXPECT_FALSE(tokenizer->exists(7));
  EXPECT_FALSE(tokenizer->exists(-1));
  EXPECT_FALSE(tokenizer->exists(8));
  EXPECT_EQ(tokenizer->idToBytes(2), "Hello");
  EXPECT_EQ(tokenizer->idToBytes(1000), "");
}

TEST(Tokenizer, a_character_without_a_token_fails) {
  TableBuilder builder(kTokens);
  builder.header.unknown = -1;
  auto tokenizer = builder.open();
  ASSERT_TRUE(tokenizer);
  std::vector<int32_t> ids{5};
  EXPECT_FALSE(tokenizer->encode("other", true, true, ids));
  EXPECT_EQ(ids, std::vector<int32_t>{5});
}

TEST(Tokenizer, special_tokens_are_left_out_of_text) {
  TableBuilder builder(kTokens);
  auto tokenizer = builder.open();
  ASSERT_TRUE(tokenizer);
  EXPECT_EQ(decode(*tokenizer, {1, 2, 3, 7, -4, 99}), "Hello a");
  EXPECT_EQ(decode(*tokenizer, {1, 2}, false), "<s>Hello");
}

TEST(Tokenizer, byte_tokens_wait_for_their_run_to_end) {
  TableBuilder builder(kTokens, {{DecoderKind::ByteFallback, "", ""},
                                 {DecoderKind::Fuse, "", ""}});
  auto tokenizer = builder.open();
  ASSERT_TRUE(tokenizer);
  std::vector<std::string> pieces;
  EXPECT_EQ(decode(*tokenizer, {2, 4, 5, 6, 3}, true, &pieces),
            "Hello\xe2\x82\xac a");
  EXPECT_EQ(pieces,
            (std::vector<std::string>{"Hello", "", "", "", "\xe2\x82\xac a"}));
  // A run that is no UTF-8 becomes one U+FFFD a byte.
  EXPECT_EQ(decode(*tokenizer, {4, 5, 6, 4}), "\ufffd\ufffd\ufffd\ufffd");
}

TEST(Tokenizer, a_character_may_span_tokens) {
  TableBuilder builder(kTokens, {{DecoderKind::Utf8, "", ""}});
  auto tokenizer = builder.open();
  ASSERT_TRUE(tokenizer);
  std::vector<std::string> pieces;
  EXPECT_EQ(decode(*tokenizer, {4, 5, 6, 2, 4, 5}, true, &pieces),
            "\xe2\x82\xacHello\ufffd");
  EXPECT_EQ(pieces, (std::vector<std::string>{"", "", "\xe2\x82\xac", "Hello",
                                              "", ""}));
  EXPECT_EQ(decode(*tokenizer, {4, 2, 5, 4, 4, 5, 6}),
            "\ufffdHello\ufffd\ufffd\xe2\x82\xac");
}

TEST(Tokenizer, decoder_steps_look_at_places) {
  std::vector<Token> tokens = {{"<unk>"}, {"\u2581a"}, {"##b"},
                               {"c</w>"}, {" "},       {"do not"}};
  auto open = [&](const std::vector<Step> &steps) {
    TableBuilder builder(tokens, steps);
    static std::vector<std::vector<uint8_t>> kept;
    kept.push_back(builder.blob());
    std::string error;
    auto tokenizer =
        Tokenizer::open(kept.back().data(), kept.back().size(), error);
    EXPECT_TRUE(tokenizer) << error;
    return tokenizer;
  };
  EXPECT_EQ(decode(*open({{DecoderKind::Metaspace, "\u2581", "", 1}}), {1, 1}),
            "a a");
  EXPECT_EQ(decode(*open({{DecoderKind::Metaspace, "\u2581", "", 0}}), {1, 1}),
            " a a");
  EXPECT_EQ(decode(*open({{DecoderKind::WordPiece, "##", "", 1}}), {2, 2, 5}),
            "##bb don't");
  EXPECT_EQ(decode(*open({{DecoderKind::Suffix, "</w>", ""}}), {3, 2, 3}),
            "c ##bc");
  EXPECT_EQ(decode(*open({{DecoderKind::JoinSpace, "", ""}}), {2, 2}),
            "##b ##b");
  EXPECT_EQ(decode(*open({{DecoderKind::Fuse, "", ""},
                          {DecoderKind::Strip, " ", "", 2, 1}}),
                   {4, 4, 4, 2, 4, 4}),
            " ##b ");
  EXPECT_EQ(decode(*open({{DecoderKind::Fuse, "", ""},
                          {DecoderKind::Replace, "b#", "x"}}),
                   {2, 2, 2}),
            "##x#x#b");
}

TEST(Tokenizer, invalid_text_is_read_as_replacement_characters) {
  auto replaced = [](std::string_view text) {
    std::string out;
    appendReplaced(text, out);
    return out;
  };
  EXPECT_EQ(replaced("a\xff\xe2\x82z"), "a\ufffd\ufffdz");
  EXPECT_EQ(replaced("\xf0\x9f\x98"), "\ufffd");
  EXPECT_EQ(replaced("\xed\xa0\x80"), "\ufffd\ufffd\ufffd"); // a surrogate
  EXPECT_EQ(replaced("\xc0\x80\xf4\x90\x80\x80"),
            "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd");
  EXPECT_TRUE(isUtf8("plain text, \u00e9\u20ac\U0001f600"));
  EXPECT_FALSE(isUtf8("12345678\x80"));
}

TEST(Tokenizer, byte_characters_are_a_bijection) {
  for (unsigned byte = 0; byte < 256; ++byte)
    EXPECT_EQ(characterByte(byteCharacter(uint8_t(byte))), int(byte));
  EXPECT_EQ(byteCharacter(' '), 0x120u);
  EXPECT_EQ(characterByte(0x144), -1);
  EXPECT_EQ(characterByte(' '), -1);
}

TEST(Tokenizer, foreign_and_truncated_tables_are_refused) {
  TableBuilder builder(kTokens);
  std::vector<uint8_t> blob = builder.blob();
  std::string error;
  for (size_t size : {size_t(0), size_t(8), sizeof(TokenizerHeader) - 1,
                      sizeof(TokenizerHeader), blob.size() - 8}) {
    EXPECT_FALSE(Tokenizer::open(blob.data(), size, error)) << size;
    EXPECT_FALSE(error.empty());
  }
  std::vector<uint8_t> other = blob;
  other[0] ^= 1;
  EXPECT_FALSE(Tokenizer::open(other.data(), other.size(), error));
  EXPECT_EQ(error, "this is no compiled tokenizer");
  other = blob;
  other[offsetof(TokenizerHeader, version)] = 9;
  EXPECT_FALSE(Tokenizer::open(other.data(), other.size(), error));
  EXPECT_EQ(error,
            "the tokenizer's tables have version 9; this runtime reads 1");
}

/// Any byte may be damaged: what opens must still be safe to use.
TEST(Tokenizer, damaged_tables_do_no_harm) {
  TableBuilder builder(kTokens, {{DecoderKind::ByteFallback, "", ""},
                                 {DecoderKind::Fuse, "", ""},
                                 {DecoderKind::Strip, " ", "", 1}});
  const std::vector<uint8_t> blob = builder.blob();
  size_t opened = 0, refused = 0;
  for (size_t at = 0; at < blob.size(); ++at)
    for (uint8_t change : {0x01, 0x80, 0xff}) {
      std::vector<uint8_t> damaged = blob;
      damaged[at] ^= change;
      std::string error;
      auto tokenizer = Tokenizer::open(damaged.data(), damaged.size(), error);
      if (!tokenizer) {
        EXPECT_FALSE(error.empty());
        ++refused;
        continue;
      }
      ++opened;
      std::vector<int32_t> ids;
      tokenizer->encode("Hello a", true, true, ids);
      ids.insert(ids.end(), {0, 1, 2, 3, 4, 5, 6, 7});
      Detokenizer detokenizer(*tokenizer);
      std::string text;
      for (int32_t id : ids)
        detokenizer.push(id, text);
      detokenizer.flush(text);
    }
  EXPECT_GT(opened, 0u);
  EXPECT_GT(refused, 0u);
}

} // namespace
