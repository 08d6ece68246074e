//===- TokenizerFiles.cpp - tokenizer_config.json and its companions
//-------===//
//
// See TokenizerFiles.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/TokenizerFiles.h"

#include "frontends/Limits.h"
#include "frontends/huggingface/Json.h"

#include <charconv>

namespace llm::huggingface {

namespace dom = simdjson::dom;

/// A token as a string, as {"content": ...}, or null. False when it is
/// something else.
static bool readToken(element value, std::optional<std::string> &token) {
  std::string_view text;
  dom::object members;
  if (value.is_null())
    return true;
  if (!value.get(members)) {
    if (members["content"].get(text))
      return false;
  } else if (value.get(text)) {
    return false;
  }
  token = std::string(text);
  return true;
}

static bool readTemplate(element value, std::optional<std::string> &source) {
  std::string_view text;
  dom::array list;
  if (value.is_null())
    return true;
  if (!value.get(text)) {
    source = std::string(text);
    return true;
  }
  if (value.get(list))
    return false;
  for (element item : list) {
    std::string_view name;
    if (item["name"].get(name) || item["template"].get(text))
      return false;
    if (name == "default")
      source = std::string(text);
  }
  return true;
}

/// The id of the added token whose text is `token`.
static std::optional<int32_t> findAddedToken(dom::object decoder,
                                             std::string_view token) {
  for (dom::key_value_pair member : decoder) {
    std::string_view text;
    if (member.value["content"].get(text) || text != token)
      continue;
    int32_t id = 0;
    const char *end = member.key.data() + member.key.size();
    std::from_chars_result parsed = std::from_chars(member.key.data(), end, id);
    if (parsed.ec == std::errc() && parsed.ptr == end && id >= 0)
      return id;
  }
  return std::nullopt;
}

namespace {
/// Parses the text of one top-level value on its own.
class ValueParser {
public:
  bool parse(std::string_view text, element &value, std::string &reason) {
    buffer = simdjson::padded_string(text);
    simdjson::error_code code =
        parser.allocate(text.size() + 1, limits::kMaxJsonDepth);
    if (!code)
      code = parser.parse(buffer).get(value);
    if (code)
      reason = std::string("is not well-formed JSON: ") +
               simdjson::error_message(code);
    return !code;
  }

private:
  simdjson::padded_string buffer;
  dom::parser parser;
};
} // namespace

/// Reads the members both files may have. The text of `added_tokens_decoder`
/// is kept for later: what to look up in it is known at the end only.
static bool readMembers(std::string_view text, const std::string &where,
                        TokenizerFacts &facts, std::string &addedTokens,
                        std::string &error) {
  std::string reason;
  auto visit = [&](std::string_view key, std::string_view valueText) {
    if (!reason.empty())
      return;
    if (key == "added_tokens_decoder") {
      addedTokens = std::string(valueText);
      return;
    }
    bool isTemplate = key == "chat_template";
    if (!isTemplate && key != "bos_token" && key != "eos_token")
      return;
    ValueParser parser;
    element value;
    std::string problem;
    bool good = parser.parse(valueText, value, problem);
    if (good && isTemplate) {
      good = readTemplate(value, facts.chatTemplate);
      problem = "is neither a string nor a list of {name, template}";
    } else if (good) {
      good = readToken(value,
                       key == "bos_token" ? facts.bosToken : facts.eosToken);
      problem = "is neither a string nor an object with a 'content' string";
    }
    if (!good)
      reason = quoteName(key) + " " + problem;
  };
  std::string structure;
  bool wellFormed = visitTopLevel(text, visit, structure);
  if (wellFormed && reason.empty() && facts.chatTemplate &&
      facts.chatTemplate->size() > limits::kMaxTemplateBytes)
    reason = "'chat_template' has " +
             std::to_string(facts.chatTemplate->size()) +
             " bytes; accepted: at most " +
             std::to_string(limits::kMaxTemplateBytes);
  if (wellFormed && reason.empty())
    return true;
  error = where + ": " + (wellFormed ? reason : structure);
  return false;
}

bool readTokenizerConfig(std::string_view text, const std::string &where,
                         TokenizerFacts &facts, std::string &error) {
  std::string addedTokens;
  if (!readMembers(text, where, facts, addedTokens, error))
    return false;
  if (!facts.eosToken || addedTokens.empty())
    return true;
  ValueParser parser;
  element value;
  dom::object decoder;
  std::string reason;
  if (!parser.parse(addedTokens, value, reason)) {
    error = where + ": 'added_tokens_decoder' " + reason;
    return false;
  }
  if (!value.get(decoder))
    facts.eosId = findAddedToken(decoder, *facts.eosToken);
  return true;
}

bool readSpecialTokensMap(std::string_view text, const std::string &where,
                          TokenizerFacts &facts, std::string &error) {
  TokenizerFacts own;
  std::string addedTokens;
  if (!readMembers(text, where, own, addedTokens, error))
    return false;
  if (!facts.bosToken)
    facts.bosToken = own.bosToken;
  if (!facts.eosToken)
    facts.eosToken = own.eosToken;
  return true;
}

} // namespace llm::huggingface
