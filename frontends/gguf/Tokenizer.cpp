//===- Tokenizer.cpp - The tokenizer in GGUF metadata
//----------------------===//
//
// See Tokenizer.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Tokenizer.h"

#include "frontends/CheckedMath.h"
#include "frontends/Checkpoint.h"
#include "frontends/Limits.h"

#include <algorithm>
#include <simdjson.h>

namespace llm::gguf {

namespace {
class TokenizerReader {
public:
  TokenizerReader(const Metadata &metadata, Checkpoint &checkpoint,
                  Problems &problems)
      : metadata(metadata), checkpoint(checkpoint), problems(problems) {}

  void read();

private:
  static std::string key(const char *name) {
    return std::string("tokenizer.ggml.") + name;
  }
  void readLists(GgufTokenizer &tokenizer);
  void readTemplate();
  std::optional<int32_t> id(const char *name);
  void addEndToken(const std::optional<int32_t> &id);

  const Metadata &metadata;
  Checkpoint &checkpoint;
  Problems &problems;
};
} // namespace

void TokenizerReader::readLists(GgufTokenizer &tokenizer) {
  size_t vocab = static_cast<size_t>(checkpoint.config.vocabSize);
  size_t count = 0;
  metadata.forEachString(key("tokens"), problems, [&](std::string_view token) {
    // Tokens past the embedding's rows cannot be used; counted for the error.
    if (count++ < vocab)
      tokenizer.tokens.emplace_back(token);
  });
  if (count > vocab)
    problems.add(badValue(key("tokens"), "a list of " + std::to_string(count),
                          "at most as many as the embedding has rows, " +
                              std::to_string(vocab)));

  auto checkLength = [&](const char *name, size_t length) {
    if (length != count)
      problems.add(badValue(key(name), "a list of " + std::to_string(length),
                            "one entry for each of the " +
                                std::to_string(count) + " tokens"));
  };
  size_t scores = 0, types = 0;
  if (metadata.forEachFloat(key("scores"), problems, [&](float score) {
        if (scores++ < count)
          tokenizer.scores.push_back(score);
      }))
    checkLength("scores", scores);
  bool typesFit = true;
  if (metadata.forEachInteger(key("token_type"), problems, [&](int64_t type) {
        std::optional<int32_t> small = checkedCast<int32_t>(type);
        typesFit &= small.has_value();
        if (types++ < count)
          tokenizer.types.push_back(small.value_or(0));
      }))
    checkLength("token_type", types);
  if (!typesFit)
    problems.add(badValue(key("token_type"),
                          "a list with a number that is no "
                          "token type",
                          "numbers of 32 bits"));

  size_t merges = 0;
  metadata.forEachString(key("merges"), problems, [&](std::string_view merge) {
    if (merges++ < limits::kMaxMerges)
      tokenizer.merges.emplace_back(merge);
  });
  if (merges > limits::kMaxMerges)
    problems.add(badValue(key("merges"), "a list of " + std::to_string(merges),
                          "at most " + std::to_string(limits::kMaxMerges)));
}

/// An id of the vocabulary. All bits set stands for "none" in old files.
std::optional<int32_t> TokenizerReader::id(const char *name) {
  std::optional<int64_t> value =
      metadata.integer(key(name), INT32_MIN, UINT32_MAX, problems);
  if (!value || *value == -1 || *value == UINT32_MAX)
    return std::nullopt;
  if (*value >= 0 && *value < checkpoint.config.vocabSize)
    return static_cast<int32_t>(*value);
  problems.add(badValue(key(name), std::to_string(*value),
                        "an id from 0 to " +
                            std::to_string(checkpoint.config.vocabSize - 1)));
  return std::nullopt;
}

void TokenizerReader::addEndToken(const std::optional<int32_t> &id) {
  std::vector<int32_t> &ends = checkpoint.endTokens;
  if (id && std::find(ends.begin(), ends.end(), *id) == ends.end())
    ends.push_back(*id);
}

void TokenizerReader::readTemplate() {
  const char *name = "tokenizer.chat_template";
  std::optional<std::string_view> text = metadata.string(name, problems);
  if (!text)
    return;
  if (text->size() > limits::kMaxTemplateBytes)
    problems.add(
        badValue(name, std::to_string(text->size()) + " bytes long",
                 "at most " + std::to_string(limits::kMaxTemplateBytes)));
  else if (!simdjson::validate_utf8(text->data(), text->size()))
    problems.add(badValue(name, "not UTF-8", "UTF-8"));
  else
    checkpoint.chatTemplate = std::string(*text);
}

void TokenizerReader::read() {
  readTemplate();
  std::optional<int32_t> bos = id("bos_token_id"), eos = id("eos_token_id");
  checkpoint.bos = bos;
  addEndToken(eos);
  // What ends a turn or a message ends an answer as well.
  addEndToken(id("eot_token_id"));
  addEndToken(id("eom_token_id"));

  std::optional<std::string_view> model =
      metadata.string(key("model"), problems);
  if (!model)
    return; // a file without a tokenizer
  checkpoint.ggufTokenizer.emplace();
  GgufTokenizer &tokenizer = *checkpoint.ggufTokenizer;
  tokenizer.model = std::string(*model);
  tokenizer.pre =
      std::string(metadata.string(key("pre"), problems).value_or(""));
  readLists(tokenizer);
  tokenizer.bos = bos;
  tokenizer.eos = eos;
  tokenizer.unk = id("unknown_token_id");
  tokenizer.pad = id("padding_token_id");
  tokenizer.addBos = metadata.boolean(key("add_bos_token"), problems);
  tokenizer.addEos = metadata.boolean(key("add_eos_token"), problems);
  tokenizer.addSpacePrefix =
      metadata.boolean(key("add_space_prefix"), problems);

  auto text = [&](const std::optional<int32_t> &id) {
    size_t index = id ? static_cast<size_t>(*id) : tokenizer.tokens.size();
    return index < tokenizer.tokens.size() ? tokenizer.tokens[index]
                                           : std::string();
  };
  checkpoint.bosToken = text(bos);
  checkpoint.eosToken = text(eos);
}

void readTokenizer(const Metadata &metadata, Checkpoint &checkpoint,
                   Problems &problems) {
  TokenizerReader(metadata, checkpoint, problems).read();
}

} // namespace llm::gguf
