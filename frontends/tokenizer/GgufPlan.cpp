//===- GgufPlan.cpp - A tokenizer from GGUF metadata ----------------------===//
//
// GGUF keeps vocabulary, merges or scores, and names the rest: `model` is the
// kind of tokenizer, `pre` the family whose normalizer and pre-tokenizer it
// has. Components are those of the family's own tokenizer.json.
//
//===----------------------------------------------------------------------===//

#include "frontends/tokenizer/GgufPlan.h"
#include "frontends/tokenizer/TokenizerPatterns.h"
#include "frontends/tokenizer/UnicodeTables.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

using namespace llm;
using llmrt::SplitBehavior;

namespace {

struct Family {
  const char *name;
  KnownPattern pattern;
  bool digitsAlone; ///< Digits(individual) comes first
  bool nfc;
  bool ignoreMerges;
  bool addBos; ///< where the file does not say
};

constexpr Family kFamilies[] = {
    {"default", KnownPattern::Gpt2, false, false, false, false},
    {"gpt-2", KnownPattern::Gpt2, false, false, false, false},
    {"gpt2", KnownPattern::Gpt2, false, false, false, false},
    {"smollm", KnownPattern::Gpt2, true, false, false, false},
    {"llama3", KnownPattern::Llama3, false, false, true, true},
    {"llama-v3", KnownPattern::Llama3, false, false, true, true},
    {"llama-bpe", KnownPattern::Llama3, false, false, true, true},
    {"falcon3", KnownPattern::Llama3, false, false, true, true},
    {"qwen2", KnownPattern::Qwen2, false, true, false, false},
    {"deepseek-r1-qwen", KnownPattern::Qwen2, false, false, false, true},
    {"gpt-4o", KnownPattern::Gpt4o, false, false, false, false},
    {"llama4", KnownPattern::Gpt4o, false, false, false, false},
    {"tekken", KnownPattern::Tekken, false, false, true, true},
};

const std::string kMeta = "\xe2\x96\x81";

/// Characters of a text, as offsets of their first bytes and its end.
std::vector<size_t> characterOffsets(const std::string &text) {
  std::vector<size_t> offsets;
  for (size_t at = 0; at < text.size(); ++at)
    if (!llmrt::isContinuation(text[at]))
      offsets.push_back(at);
  offsets.push_back(text.size());
  return offsets;
}

class GgufReader {
public:
  GgufReader(const GgufTokenizer &source, TokenizerPlan &plan,
             Problems &problems)
      : source(source), plan(plan), problems(problems) {}

  void read();

private:
  void complain(const std::string &problem) {
    problems.add("tokenizer.ggml." + problem);
  }
  bool readVocabulary();
  void readByteLevel();
  void readSentencePiece();
  void readMerges();
  void deriveMerges();
  void readAddedTokens();
  void surround(bool addBosDefault);

  const GgufTokenizer &source;
  TokenizerPlan &plan;
  Problems &problems;
};

bool GgufReader::readVocabulary() {
  size_t bytes = 0;
  if (source.tokens.empty() || source.tokens.size() > kMaxTokens) {
    complain("tokens has " + std::to_string(source.tokens.size()) +
             " entries; accepted: 1 to " + std::to_string(kMaxTokens));
    return false;
  }
  for (size_t id = 0; id < source.tokens.size(); ++id) {
    const std::string &token = source.tokens[id];
    bytes += token.size();
    if (!llmrt::isUtf8(token) || bytes > kMaxVocabBytes) {
      complain("tokens[" + std::to_string(id) + "] is " + quoteName(token) +
               "; accepted: UTF-8, 512 MiB in all");
      return false;
    }
    plan.model.vocab.push_back({token, uint32_t(id)});
  }
  return true;
}

void GgufReader::readMerges() {
  for (size_t rank = 0; rank < source.merges.size(); ++rank) {
    const std::string &merge = source.merges[rank];
    // A token may be a space itself in some vocabularies: the one space that
    // separates comes after the first byte.
    size_t space = merge.find(' ', 1);
    if (space == std::string::npos || space + 1 == merge.size() ||
        !llmrt::isUtf8(merge))
      return complain("merges[" + std::to_string(rank) + "] is " +
                      quoteName(merge) +
                      "; accepted: two strings with a space between");
    plan.model.merges.push_back(
        {merge.substr(0, space), merge.substr(space + 1)});
  }
}

/// Without merges, any two tokens that make a third one merge, the better
/// score first (as transformers' generate_merges orders them).
void GgufReader::deriveMerges() {
  if (source.scores.size() != source.tokens.size())
    return complain("scores has " + std::to_string(source.scores.size()) +
                    " entries for " + std::to_string(source.tokens.size()) +
                    " tokens; they rank the merges that the file lacks");
  std::unordered_map<std::string, uint32_t> idOf;
  for (size_t id = 0; id < source.tokens.size(); ++id)
    idOf[source.tokens[id]] = uint32_t(id);
  struct Merge {
    float score;
    uint32_t left, right;
    size_t leftLength, rightLength; // in characters
  };
  std::vector<Merge> merges;
  size_t work = 0;
  for (size_t id = 0; id < source.tokens.size(); ++id) {
    const std::string &token = source.tokens[id];
    float score = source.scores[id];
    if (idOf[token] != id)
      continue;
    if (std::isnan(score))
      return complain("scores[" + std::to_string(id) + "] is not a number");
    std::vector<size_t> offsets = characterOffsets(token);
    work += token.size() * offsets.size();
    if (work > (size_t(1) << 28) || merges.size() > kMaxTokens)
      return complain("tokens: they are too long to derive merges from");
    std::vector<Merge> own;
    for (size_t cut = 1; cut + 1 < offsets.size(); ++cut) {
      auto left = idOf.find(token.substr(0, offsets[cut]));
      auto right = idOf.find(token.substr(offsets[cut]));
      if (left != idOf.end() && right != idOf.end())
        own.push_back({score, left->second, right->second, cut,
                       offsets.size() - 1 - cut});
    }
    std::sort(own.begin(), own.end(), [](const Merge &a, const Merge &b) {
      return std::pair(a.left, a.right) < std::pair(b.left, b.right);
    });
    merges.insert(merges.end(), own.begin(), own.end());
  }
  std::stable_sort(merges.begin(), merges.end(),
                   [](const Merge &a, const Merge &b) {
                     return std::tuple(a.score, a.leftLength, a.rightLength) >
                            std::tuple(b.score, b.leftLength, b.rightLength);
                   });
  for (const Merge &merge : merges)
    plan.model.merges.push_back(
        {source.tokens[merge.left], source.tokens[merge.right]});
}

/// Control tokens are special, user-defined ones are matched as they are.
void GgufReader::readAddedTokens() {
  bool bytes = source.model == "gpt2";
  for (size_t id = 0; id < source.types.size() && id < source.tokens.size();
       ++id) {
    int32_t type = source.types[id];
    bool isControl = type == 3 || (type == 2 && !bytes);
    if (!isControl && type != 4)
      continue;
    AddedTokenPlan added;
    added.content = source.tokens[id];
    added.normalized = false;
    added.special = isControl;
    plan.addedTokens.push_back(std::move(added));
  }
}

void GgufReader::surround(bool addBosDefault) {
  plan.surround.clear();
  auto add = [&](const std::optional<int32_t> &id, const char *name) {
    if (!id || *id < 0 || size_t(*id) >= source.tokens.size())
      return complain(std::string(name) +
                      "_token_id is missing or no token, but texts get it");
    plan.surround.push_back(*id);
  };
  if (source.addBos.value_or(addBosDefault && source.bos))
    add(source.bos, "bos");
  plan.surround.push_back(-1);
  if (source.addEos.value_or(false))
    add(source.eos, "eos");
}

void GgufReader::readByteLevel() {
  const Family *family = nullptr;
  std::string name = source.pre.empty() ? "default" : source.pre;
  std::string accepted;
  for (const Family &known : kFamilies) {
    if (name == known.name)
      family = &known;
    accepted += std::string(accepted.empty() ? "" : ", ") + known.name;
  }
  if (!family)
    return complain(
        "pre is " + quoteName(name) +
        "; not supported yet: this pre-tokenizer; accepted: " + accepted);
  // Some converters store special tokens as they read, not in the alphabet.
  readMerges();
  plan.model.ignoreMerges = family->ignoreMerges;
  if (family->nfc) {
    NormalizerPlan step{};
    step.kind = NormalizerPlan::Nfc;
    plan.normalizer.push_back(step);
  }
  auto addStep = [&](PreTokenizerPlan::Kind kind, RegexTree pattern) {
    PreTokenizerPlan step{};
    step.kind = kind;
    step.pattern = std::move(pattern);
    plan.preTokenizer.push_back(std::move(step));
  };
  if (family->digitsAlone)
    addStep(PreTokenizerPlan::Split,
            setRegex(unicode::rustSet(unicode::RustSet::Numeric)));
  if (source.addSpacePrefix.value_or(false))
    addStep(PreTokenizerPlan::PrependSpace, nullptr);
  addStep(PreTokenizerPlan::Split, knownPattern(family->pattern));
  addStep(PreTokenizerPlan::ByteLevel, nullptr);
  plan.hasDecoder = true;
  DecoderPlan decoder{};
  decoder.kind = DecoderPlan::ByteLevel;
  plan.decoder.push_back(decoder);
  surround(family->addBos);
}

void GgufReader::readSentencePiece() {
  if (source.merges.empty())
    deriveMerges();
  else
    readMerges();
  plan.model.fuseUnknown = true;
  plan.model.byteFallback = true;
  if (source.unk && *source.unk >= 0 &&
      size_t(*source.unk) < source.tokens.size())
    plan.model.unknown = source.tokens[size_t(*source.unk)];
  bool prefix = source.addSpacePrefix.value_or(true);
  PreTokenizerPlan meta{};
  meta.kind = PreTokenizerPlan::Metaspace;
  meta.text = kMeta;
  meta.prepend =
      prefix ? llmrt::MetaspacePrepend::First : llmrt::MetaspacePrepend::Never;
  plan.preTokenizer.push_back(std::move(meta));
  plan.hasDecoder = true;
  auto addDecoder = [&](DecoderPlan::Kind kind, const std::string &text,
                        const std::string &content) {
    DecoderPlan step{};
    step.kind = kind;
    step.text = text;
    step.content = content;
    step.start = kind == DecoderPlan::Strip;
    plan.decoder.push_back(std::move(step));
  };
  addDecoder(DecoderPlan::Replace, kMeta, " ");
  addDecoder(DecoderPlan::ByteFallback, "", "");
  addDecoder(DecoderPlan::Fuse, "", "");
  if (prefix)
    addDecoder(DecoderPlan::Strip, " ", "");
  surround(/*addBosDefault=*/true);
}

void GgufReader::read() {
  if (!readVocabulary())
    return;
  plan.model.kind = llmrt::TokenModel::BytePair;
  if (source.model == "gpt2")
    readByteLevel();
  else if (source.model == "llama")
    readSentencePiece();
  else
    complain("model is " + quoteName(source.model) +
             "; not supported yet: this tokenizer; accepted: gpt2, llama");
  readAddedTokens();
}

} // namespace

bool llm::readGgufTokenizer(const GgufTokenizer &tokenizer, TokenizerPlan &plan,
                            Problems &problems) {
  size_t before = problems.size();
  GgufReader(tokenizer, plan, problems).read();
  return problems.size() == before;
}
