//===- LowerModel.cpp - Vocabulary, merges and pieces as tables -----------===//

#include "frontends/tokenizer/TokenizerLowering.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

using namespace llm;
using namespace llmrt;

static constexpr uint32_t kMaxUnusedIds = 1 << 16;
static constexpr const char *kMeta = "\xe2\x96\x81";

void TokenizerLowering::readVocabulary() {
  for (const auto &[text, id] : plan.model.vocab) {
    idOf[text] = id;
    auto [known, isNew] = stringOf.try_emplace(id, text);
    if (!isNew && plan.model.kind != TokenModel::Unigram)
      problems.add("tokenizer: tokens " + quoteName(known->second) + " and " +
                   quoteName(text) + " have the same id, " +
                   std::to_string(id));
    vocabSize = std::max(vocabSize, id + 1);
  }
  // Tables have an entry for each id, so a file of a few bytes may not ask for
  // millions of them.
  if (vocabSize > kMaxUnusedIds && vocabSize - kMaxUnusedIds > idOf.size())
    problems.add("tokenizer: the highest id is " +
                 std::to_string(vocabSize - 1) + ", but there are only " +
                 std::to_string(idOf.size()) +
                 " tokens; not supported yet: more than " +
                 std::to_string(kMaxUnusedIds) + " ids without a token");
  if (plan.model.kind == TokenModel::Unigram && plan.model.vocab.empty())
    problems.add("tokenizer: the vocabulary is empty");
}

/// Decides what the model's symbols are. With ByteLevel as the last step they
/// are bytes, and the detour through GPT-2's characters is not taken.
void TokenizerLowering::chooseDomain() {
  size_t last = 0, count = 0;
  for (size_t index = 0; index < plan.preTokenizer.size(); ++index)
    if (plan.preTokenizer[index].kind == PreTokenizerPlan::ByteLevel) {
      last = index;
      ++count;
    }
  if (count == 0)
    return;
  spellBytes = true;
  bool onlySplits = true;
  for (size_t index = last + 1; index < plan.preTokenizer.size(); ++index)
    onlySplits &= plan.preTokenizer[index].kind == PreTokenizerPlan::Split;
  if (plan.model.kind != TokenModel::BytePair || count != 1 || !onlySplits)
    return;
  auto inAlphabet = [](const std::string &text) {
    const char *cursor = text.data();
    while (cursor != text.data() + text.size())
      if (characterByte(readCharacter(cursor)) < 0)
        return false;
    return true;
  };
  bool complete = true;
  for (unsigned byte = 0; byte < 256; ++byte) {
    std::string character;
    appendCharacter(byteCharacter(uint8_t(byte)), character);
    complete &= idOf.count(character) != 0;
  }
  // Byte fallback of a missing character is about that character's bytes.
  if ((plan.model.byteFallback && !complete) ||
      !inAlphabet(plan.model.continuingPrefix) ||
      !inAlphabet(plan.model.endSuffix))
    return;
  byteInput = true;
  spellBytes = last + 1 != plan.preTokenizer.size();
}

std::optional<std::string>
TokenizerLowering::modelSpelling(std::string_view text) const {
  if (!byteInput)
    return std::string(text);
  std::string bytes;
  const char *cursor = text.data();
  while (cursor != text.data() + text.size()) {
    int byte = characterByte(readCharacter(cursor));
    if (byte < 0)
      return std::nullopt;
    bytes += char(byte);
  }
  return bytes;
}

void TokenizerLowering::lowerVocabulary() {
  const ModelPlan &model = plan.model;
  header.model = model.kind;
  header.maxWordChars = model.maxWordChars;
  header.unknown = -1;
  if (model.kind == TokenModel::Unigram) {
    if (model.unknownId)
      header.unknown = int32_t(*model.unknownId);
  } else if (model.unknown) {
    auto found = idOf.find(*model.unknown);
    if (found != idOf.end())
      header.unknown = int32_t(found->second);
    else
      header.flags |= kUnknownFails;
  }
  if (model.fuseUnknown)
    header.flags |= kFuseUnknown;
  if (model.byteFallback)
    header.flags |= kByteFallback;
  if (model.ignoreMerges)
    header.flags |= kIgnoreMerges;
  if (byteInput)
    header.flags |= kByteInput;

  std::string pool;
  std::vector<uint32_t> offsets{0};
  std::vector<std::pair<uint64_t, uint32_t>> found; // hash, id
  for (uint32_t id = 0; id < vocabSize; ++id) {
    auto entry = stringOf.find(id);
    if (entry != stringOf.end() && idOf[entry->second] == id) {
      std::optional<std::string> text = modelSpelling(entry->second);
      if (text && !text->empty()) {
        pool += *text;
        found.push_back({hashText(text->data(), text->size()), id});
      }
    }
    offsets.push_back(uint32_t(pool.size()));
  }
  std::vector<uint64_t> slots(found.size() + found.size() / 2 + 1);
  for (const auto &[hash, id] : found) {
    uint32_t slot = vocabSlot(hash, uint32_t(slots.size()));
    while (slots[slot] != 0)
      slot = slot + 1 == slots.size() ? 0 : slot + 1;
    slots[slot] = hash >> 32 << 32 | (id + 1);
  }
  header.modelText = writer.addBytes(pool);
  header.modelOffsets = writer.add(offsets);
  header.vocabSlots = writer.add(slots);

  std::vector<int32_t> byteTokens(256, -1), byteSymbols(256, -1);
  for (unsigned byte = 0; byte < 256; ++byte) {
    char name[8];
    snprintf(name, sizeof(name), "<0x%02X>", byte);
    if (auto token = idOf.find(name); model.byteFallback && token != idOf.end())
      byteTokens[byte] = int32_t(token->second);
    std::string symbol;
    if (byteInput)
      appendCharacter(byteCharacter(uint8_t(byte)), symbol);
    else if (byte < 0x80)
      symbol = std::string(1, char(byte));
    if (auto token = idOf.find(symbol); !symbol.empty() && token != idOf.end())
      byteSymbols[byte] = int32_t(token->second);
  }
  header.byteTokens = writer.add(byteTokens);
  header.byteSymbols = writer.add(byteSymbols);
  header.continuingPrefix =
      writer.addBytes(modelSpelling(model.continuingPrefix).value_or(""));
  header.endSuffix =
      writer.addBytes(modelSpelling(model.endSuffix).value_or(""));
}

void TokenizerLowering::lowerMerges() {
  const ModelPlan &model = plan.model;
  struct Merge {
    uint32_t left, right, rank, merged;
  };
  std::vector<Merge> merges;
  std::unordered_map<uint64_t, size_t> byPair;
  bool joinsMeta = false;
  for (size_t rank = 0; rank < model.merges.size(); ++rank) {
    const std::string &left = model.merges[rank].first;
    const std::string &right = model.merges[rank].second;
    auto missing = [&](const std::string &token) {
      problems.add("tokenizer: merge " + std::to_string(rank) + " (" +
                   quoteName(left) + ", " + quoteName(right) + ") needs " +
                   quoteName(token) + ", which is no token");
    };
    auto leftId = idOf.find(left), rightId = idOf.find(right);
    if (leftId == idOf.end())
      return missing(left);
    if (rightId == idOf.end())
      return missing(right);
    std::string joined = left;
    if (right.size() >= model.continuingPrefix.size())
      joined += right.substr(model.continuingPrefix.size());
    auto mergedId = idOf.find(joined);
    if (mergedId == idOf.end())
      return missing(joined);
    for (size_t at = joined.find(kMeta, 1); at != std::string::npos;
         at = joined.find(kMeta, at + 1))
      joinsMeta |= at < 3 || joined.compare(at - 3, 3, kMeta) != 0;
    Merge merge{leftId->second, rightId->second, uint32_t(rank),
                mergedId->second};
    auto [known, isNew] = byPair.try_emplace(
        uint64_t(merge.left) << 32 | merge.right, merges.size());
    if (isNew)
      merges.push_back(merge);
    else
      merges[known->second] = merge; // the last of several counts
  }
  std::vector<MergeSlot> slots(merges.size() + merges.size() / 2 + 1,
                               {kNoToken, 0, 0, 0});
  for (const Merge &merge : merges) {
    uint32_t slot = mergeSlot(merge.left, merge.right, uint32_t(slots.size()));
    while (slots[slot].left != kNoToken)
      slot = slot + 1 == slots.size() ? 0 : slot + 1;
    slots[slot] = {merge.left, merge.right, merge.rank, merge.merged};
  }
  header.merges = writer.add(slots);
  if (!byteInput && !joinsMeta && !model.ignoreMerges && idOf.count(kMeta) &&
      model.continuingPrefix.empty() && model.endSuffix.empty())
    header.flags |= kSplitAtMeta;
}

void TokenizerLowering::lowerUnigram() {
  double least = std::numeric_limits<double>::infinity();
  for (double score : plan.model.scores)
    least = std::min(least, score);
  // The reference's penalty below the worst score.
  header.unknownScore = least - 10.0;
  std::vector<double> scores = plan.model.scores;
  scores.resize(vocabSize, 0.0);
  header.scores = writer.add(scores);
}

/// Pieces of Unigram and WordPiece.
void TokenizerLowering::lowerWordPiece() {
  std::map<std::string, int32_t> strings;
  for (const auto &[text, id] : idOf) {
    if (!text.empty())
      strings[text] = int32_t(id);
    // Each place of a text is compared with the longest of them.
    if (text.size() > kMaxPiece)
      problems.add("tokenizer: token " + quoteName(text) + " has " +
                   std::to_string(text.size()) +
                   " bytes; not supported yet: more than " +
                   std::to_string(kMaxPiece));
  }
  header.pieces = writer.addTrie(strings);
  if (plan.model.kind == TokenModel::WordPiece)
    header.continuingNode =
        writer.findNode(header.pieces, plan.model.continuingPrefix);
}
