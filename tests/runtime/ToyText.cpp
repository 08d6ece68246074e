//===- ToyText.cpp - A tokenizer and a template for the toy ---------------===//

#include "tests/runtime/ToyText.h"

#include "frontends/Checkpoint.h"
#include "frontends/chat_template/ChatTemplateCompiler.h"
#include "frontends/tokenizer/TokenizerCompiler.h"

#include <cstdio>
#include <cstdlib>

/// A character as a JSON string.
static std::string quoted(char character) {
  if (character == '"' || character == '\\')
    return std::string("\"\\") + character + '"';
  return std::string("\"") + character + '"';
}

static std::vector<uint8_t> orDie(bool compiled, std::vector<uint8_t> blob,
                                  const std::string &error) {
  if (!compiled) {
    fprintf(stderr, "the toy's text cannot be compiled: %s\n", error.c_str());
    exit(1);
  }
  return blob;
}

std::vector<uint8_t> llmrt::compileToyTokenizer(uint32_t vocab) {
  std::string entries;
  for (int character = ' '; character <= '~'; ++character)
    entries +=
        quoted(char(character)) + ":" + std::to_string(character - ' ') + ",";
  for (uint32_t id = 97; id < vocab; ++id) {
    char byte[16];
    snprintf(byte, sizeof(byte), "\"<0x%02X>\":", id - 97 + 0x80);
    entries += byte + std::to_string(id) + ",";
  }
  auto special = [](const char *text, int id) {
    return "{\"id\":" + std::to_string(id) + ",\"content\":\"" + text +
           "\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,"
           "\"normalized\":false,\"special\":true}";
  };
  llm::Checkpoint checkpoint = {};
  checkpoint.config.vocabSize = vocab;
  checkpoint.tokenizerJson =
      "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,"
      "\"added_tokens\":[" +
      special("<end>", 95) + "," + special("<turn>", 96) +
      "],\"normalizer\":null,\"pre_tokenizer\":null,"
      "\"post_processor\":null,\"decoder\":{\"type\":\"Sequence\","
      "\"decoders\":[{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"}]},"
      "\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,"
      "\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,"
      "\"fuse_unk\":false,\"byte_fallback\":true,\"vocab\":{" +
      entries + "\"<end>\":95,\"<turn>\":96},\"merges\":[]}}";
  std::vector<uint8_t> blob;
  std::string error;
  bool compiled = llm::compileTokenizer(checkpoint, blob, error);
  return orDie(compiled, std::move(blob), error);
}

std::vector<uint8_t> llmrt::compileToyTemplate() {
  std::vector<uint8_t> blob;
  std::string error;
  bool compiled = llm::compileChatTemplate(
      "{% if not messages %}{{ raise_exception('nobody spoke') }}{% endif %}"
      "{% for message in messages %}<turn>{{ message.role }}:"
      "{{ message.content }}{% endfor %}"
      "{% if add_generation_prompt %}<turn>{% endif %}",
      "", "<end>", blob, error);
  return orDie(compiled, std::move(blob), error);
}
