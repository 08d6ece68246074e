//===- ModelJson.cpp - The model of tokenizer.json ------------------------===//

#include "frontends/tokenizer/TokenizerJson.h"

#include <charconv>
#include <cmath>
#include <iterator>

using namespace llm;
using namespace llm::tokenizer_json;
using llmrt::TokenModel;
namespace dom = simdjson::dom;

/// Problems in lists as long as a vocabulary are told once.
static void readVocabObject(const Component &model, ModelPlan &plan) {
  std::optional<JsonObject> vocab = model.object.object("vocab");
  if (!vocab)
    return model.complain("its vocab is missing; accepted: an object");
  size_t bytes = 0;
  for (dom::key_value_pair entry : vocab->all()) {
    uint64_t id;
    if (entry.value.get(id) || id > kMaxTokenId)
      return model.complain("the id of token " + quoteName(entry.key) +
                            " is no whole number from 0 to " +
                            std::to_string(kMaxTokenId));
    bytes += entry.key.size();
    if (plan.vocab.size() >= kMaxTokens || bytes > kMaxVocabBytes)
      return model.complain("the vocabulary is larger than " +
                            std::to_string(kMaxTokens) + " tokens or 512 MiB");
    plan.vocab.push_back({std::string(entry.key), uint32_t(id)});
  }
}

/// The number that the reference's JSON reader makes of a number's shortest
/// spelling. It divides the digits by a power of ten, both rounded
/// (serde_json's f64_from_parts, without its feature float_roundtrip), which
/// can miss the nearest double by its last bit; ties between ways to cut a text
/// depend on it.
static double asReferenceReads(double exact) {
  char text[32];
  char *end =
      std::to_chars(text, std::end(text), exact, std::chars_format::scientific)
          .ptr;
  uint64_t digits = 0;
  int exponent = 0;
  bool fraction = false;
  for (const char *at = text; at != end; ++at) {
    if (*at >= '0' && *at <= '9') {
      digits = digits * 10 + uint64_t(*at - '0');
      exponent -= fraction;
    } else if (*at == '.') {
      fraction = true;
    } else if (*at == 'e') {
      int power = 0;
      std::from_chars(at + (at[1] == '+' ? 2 : 1), end, power);
      exponent += power;
      break;
    }
  }
  auto powerOfTen = [](int power) {
    const std::string spelled = "1e" + std::to_string(power);
    double value = 0;
    std::from_chars(spelled.data(), spelled.data() + spelled.size(), value);
    return value;
  };
  double value = double(digits);
  if (exponent < -308) {
    value /= 1e308;
    exponent += 308;
  }
  if (exponent < 0)
    value /= powerOfTen(-exponent);
  else
    value *= powerOfTen(exponent);
  if (!std::isfinite(value))
    return exact;
  return std::signbit(exact) ? -value : value;
}

static void readVocabList(const Component &model, ModelPlan &plan) {
  std::optional<dom::array> vocab = model.object.array("vocab");
  if (!vocab)
    return model.complain("its vocab is missing; accepted: a list");
  size_t bytes = 0;
  for (element entry : *vocab) {
    std::string index = std::to_string(plan.vocab.size());
    std::string_view text;
    double score;
    dom::array pair;
    bool good = !entry.get(pair) && pair.size() == 2 && !pair.at(0).get(text) &&
                !pair.at(1).get(score) && std::isfinite(score);
    if (!good)
      return model.complain("vocab[" + index +
                            "] is no pair of a string and a number");
    bytes += text.size();
    if (plan.vocab.size() >= kMaxTokens || bytes > kMaxVocabBytes)
      return model.complain("the vocabulary is larger than " +
                            std::to_string(kMaxTokens) + " tokens or 512 MiB");
    plan.vocab.push_back({std::string(text), uint32_t(plan.vocab.size())});
    plan.scores.push_back(asReferenceReads(score));
  }
}

static void readMerges(const Component &model, ModelPlan &plan) {
  std::optional<dom::array> merges = model.object.array("merges");
  if (!merges)
    return model.complain("its merges are missing; accepted: a list");
  for (element entry : *merges) {
    std::string index = std::to_string(plan.merges.size());
    std::string_view left, right;
    dom::array pair;
    if (!entry.get(pair)) {
      if (pair.size() != 2 || pair.at(0).get(left) || pair.at(1).get(right))
        return model.complain("merges[" + index + "] is no pair of strings");
    } else if (!entry.get(left)) {
      // "left right", from files before pairs; a first line names a version.
      if (left.substr(0, 8) == "#version")
        continue;
      size_t space = left.find(' ');
      if (space == std::string_view::npos ||
          left.find(' ', space + 1) != std::string_view::npos)
        return model.complain("merges[" + index + "] is " + quoteName(left) +
                              "; accepted: two strings with a space between");
      right = left.substr(space + 1);
      left = left.substr(0, space);
    } else {
      return model.complain("merges[" + index + "] is no pair of strings");
    }
    if (plan.merges.size() >= kMaxTokens)
      return model.complain("there are more than " +
                            std::to_string(kMaxTokens) + " merges");
    plan.merges.push_back({std::string(left), std::string(right)});
  }
}

static void readBytePair(const Component &model, ModelPlan &plan) {
  plan.kind = TokenModel::BytePair;
  readVocabObject(model, plan);
  readMerges(model, plan);
  const JsonObject &object = model.object;
  if (std::optional<std::string_view> unknown = object.string("unk_token"))
    plan.unknown = std::string(*unknown);
  plan.continuingPrefix =
      std::string(object.string("continuing_subword_prefix").value_or(""));
  plan.endSuffix =
      std::string(object.string("end_of_word_suffix").value_or(""));
  plan.fuseUnknown = object.boolean("fuse_unk").value_or(false);
  plan.byteFallback = object.boolean("byte_fallback").value_or(false);
  plan.ignoreMerges = object.boolean("ignore_merges").value_or(false);
  if (object.number("dropout").value_or(0) != 0)
    model.unsupported("merges dropped at random (dropout); accepted: 0, null");
}

void tokenizer_json::readModel(element value, TokenizerPlan &plan,
                               Problems &problems) {
  dom::object members;
  if (value.get(members))
    return problems.add("tokenizer.json: model is " +
                        std::string(huggingface::kindName(value)) +
                        "; accepted: an object");
  JsonObject object(members, "model.", problems);
  std::string type(object.string("type").value_or(""));
  // Files from before `type` are told apart by what they hold.
  if (!object.has("type"))
    type = object.has("merges")                      ? "BPE"
           : object.has("continuing_subword_prefix") ? "WordPiece"
           : object.has("unk_id")                    ? "Unigram"
                                                     : "WordLevel";
  Component model{object, "model", type, &problems};
  ModelPlan &result = plan.model;
  if (type == "BPE") {
    readBytePair(model, result);
  } else if (type == "Unigram") {
    result.kind = TokenModel::Unigram;
    readVocabList(model, result);
    result.byteFallback = object.boolean("byte_fallback").value_or(false);
    if (std::optional<int64_t> id =
            object.integer("unk_id", 0, int64_t(kMaxTokenId))) {
      if (size_t(*id) >= result.vocab.size())
        model.complain("unk_id is " + std::to_string(*id) +
                       ", but there are only " +
                       std::to_string(result.vocab.size()) + " tokens");
      result.unknownId = uint32_t(*id);
    }
  } else if (type == "WordPiece" || type == "WordLevel") {
    bool words = type == "WordLevel";
    result.kind = words ? TokenModel::WordLevel : TokenModel::WordPiece;
    readVocabObject(model, result);
    result.unknown = model.text("unk_token");
    if (!words) {
      result.continuingPrefix = model.text("continuing_subword_prefix");
      result.maxWordChars =
          uint32_t(object.integer("max_input_chars_per_word", 0, INT32_MAX)
                       .value_or(100));
    }
  } else {
    model.unsupported("this model; accepted: BPE, Unigram, WordPiece, "
                      "WordLevel");
  }
}
