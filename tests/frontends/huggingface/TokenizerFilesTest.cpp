//===- TokenizerFilesTest.cpp - Special tokens and chat templates
//----------===//

#include "frontends/huggingface/TokenizerFiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace llm::huggingface;
using testing::HasSubstr;

static TokenizerFacts read(const std::string &text) {
  TokenizerFacts facts;
  std::string error;
  EXPECT_TRUE(readTokenizerConfig(text, "t", facts, error)) << error;
  return facts;
}

static std::string refusal(const std::string &text) {
  TokenizerFacts facts;
  std::string error;
  EXPECT_FALSE(readTokenizerConfig(text, "t", facts, error)) << text;
  return error;
}

TEST(TokenizerFiles, TokensAreStringsObjectsOrNull) {
  EXPECT_EQ(read("{\"bos_token\":\"<s>\"}").bosToken, "<s>");
  EXPECT_EQ(read("{\"bos_token\":{\"content\":\"<s>\"}}").bosToken, "<s>");
  EXPECT_EQ(read("{\"bos_token\":null}").bosToken, std::nullopt);
  EXPECT_EQ(read("{}").bosToken, std::nullopt);
  EXPECT_THAT(refusal("{\"bos_token\":5}"),
              HasSubstr("'bos_token' is neither a string nor"));
  EXPECT_THAT(refusal("{\"eos_token\":{\"text\":\"x\"}}"),
              HasSubstr("'eos_token' is neither a string nor"));
}

TEST(TokenizerFiles, OfSeveralTemplatesTheDefaultIsTaken) {
  EXPECT_EQ(read("{\"chat_template\":[{\"name\":\"tool_use\",\"template\":"
                 "\"a\"},{\"name\":\"default\",\"template\":\"b\"}]}")
                .chatTemplate,
            "b");
  EXPECT_EQ(read("{\"chat_template\":[{\"name\":\"tool_use\",\"template\":"
                 "\"a\"}]}")
                .chatTemplate,
            std::nullopt);
  EXPECT_THAT(refusal("{\"chat_template\":{}}"),
              HasSubstr("'chat_template' is neither a string nor a list"));
  EXPECT_THAT(refusal("{\"chat_template\":[7]}"),
              HasSubstr("'chat_template' is neither a string nor a list"));
}

TEST(TokenizerFiles, NumbersOfAnySizeAreSkipped) {
  EXPECT_EQ(read("{\"model_max_length\":1000000000000000019884624838656,"
                 "\"eos_token\":\"e\"}")
                .eosToken,
            "e");
}

TEST(TokenizerFiles, TheEndTokensIdComesFromTheAddedTokens) {
  std::string tokens = "{\"eos_token\":\"e\",\"added_tokens_decoder\":{\"3\":{"
                       "\"content\":\"x\"},\"";
  EXPECT_EQ(read(tokens + "12\":{\"content\":\"e\"}}}").eosId, 12);
  EXPECT_EQ(read(tokens + "-1\":{\"content\":\"e\"}}}").eosId, std::nullopt);
  EXPECT_EQ(read(tokens + "99999999999\":{\"content\":\"e\"}}}").eosId,
            std::nullopt);
  EXPECT_EQ(read(tokens + "1x\":{\"content\":\"e\"}}}").eosId, std::nullopt);
}

TEST(TokenizerFiles, RefusesWhatIsNoObject) {
  EXPECT_THAT(refusal(""), HasSubstr("not well-formed JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("not well-formed JSON"));
  EXPECT_THAT(refusal("{\"bos_token\":"), HasSubstr("not well-formed JSON"));
  EXPECT_THAT(refusal("{\"bos_token\":\"a\",\"bos_token\":\"b\"}"),
              HasSubstr("'bos_token' twice"));
}
