//===- LowerAddedTokens.cpp - Added tokens as tables ----------------------===//

#include "frontends/tokenizer/TokenizerLowering.h"
#include "frontends/tokenizer/UnicodeTables.h"

#include <algorithm>

using namespace llm;
using namespace llmrt;
using unicode::RustSet;
using unicode::rustSet;

/// A tokenizer that only normalizes; `blob` keeps its tables.
std::unique_ptr<Tokenizer>
TokenizerLowering::openNormalizer(const std::vector<NormalizerPlan> &steps,
                                  std::vector<uint8_t> &blob) {
  TokenizerPlan part;
  part.normalizer = steps;
  Problems ignored;
  bool good = TokenizerLowering(part, ignored, patternWork).run(blob);
  std::string error;
  return good ? Tokenizer::open(blob.data(), blob.size(), error) : nullptr;
}

/// Gives added tokens their ids by the reference's rules: that of the content
/// in the vocabulary or among those added before, else the next free one.
void TokenizerLowering::assignAddedTokens() {
  std::vector<uint8_t> blob;
  std::unique_ptr<Tokenizer> normalizing;
  bool anyNormalized =
      std::any_of(plan.addedTokens.begin(), plan.addedTokens.end(),
                  [](const AddedTokenPlan &token) { return token.normalized; });
  if (anyNormalized && !plan.normalizer.empty()) {
    normalizing = openNormalizer(plan.normalizer, blob);
    if (!normalizing)
      return problems.add("tokenizer: the added tokens cannot be normalized");
  }
  uint64_t next = plan.model.kind == TokenModel::Unigram
                      ? plan.model.vocab.size()
                      : idOf.size();
  std::unordered_map<std::string, uint32_t> addedId;
  for (const AddedTokenPlan &token : plan.addedTokens) {
    if (token.content.empty())
      continue;
    uint64_t id;
    if (auto known = addedId.find(token.content); known != addedId.end()) {
      if (added[known->second] == token)
        continue;
      id = known->second;
    } else if (auto known = idOf.find(token.content); known != idOf.end()) {
      id = known->second;
    } else {
      id = next++;
    }
    if (id > kMaxTokenId)
      return problems.add("tokenizer: added token " + quoteName(token.content) +
                          " gets an id above " + std::to_string(kMaxTokenId));
    addedId[token.content] = uint32_t(id);
    if (token.normalized && normalizing) {
      std::string normalized;
      if (!normalizing->normalize(token.content, normalized))
        return problems.add("tokenizer: added token " +
                            quoteName(token.content) +
                            ": the normalizer makes it more than 64 times "
                            "longer");
      if (normalized != token.content)
        addedNormalized[uint32_t(id)] = normalized;
    }
    if (token.special)
      specialStrings.insert(token.content);
    added[uint32_t(id)] = token;
    vocabSize = std::max(vocabSize, uint32_t(id) + 1);
  }
}

void TokenizerLowering::lowerAddedTokens() {
  std::vector<AddedToken> table;
  std::map<std::string, int32_t> before, after;
  bool asksTraits = false;
  for (const auto &[id, token] : added) {
    uint32_t flags = 0;
    // Special by content, as the reference keeps it.
    if (specialStrings.count(token.content))
      flags |= kAddedSpecial;
    if (token.singleWord)
      flags |= kAddedSingleWord;
    if (token.stripLeft)
      flags |= kAddedStripLeft;
    if (token.stripRight)
      flags |= kAddedStripRight;
    asksTraits |= (flags & ~uint32_t(kAddedSpecial)) != 0;
    std::string text = token.content;
    if (auto found = addedNormalized.find(id);
        token.normalized && found != addedNormalized.end())
      text = found->second;
    std::map<std::string, int32_t> &strings = token.normalized ? after : before;
    if (text.empty())
      problems.add("tokenizer: added token " + quoteName(token.content) +
                   ": not supported yet: the normalizer leaves nothing of it");
    if (text.size() > kMaxPiece)
      problems.add("tokenizer: added token " + quoteName(token.content) +
                   " has " + std::to_string(text.size()) +
                   " bytes; not supported yet: more than " +
                   std::to_string(kMaxPiece));
    // Of several that are normalized alike the reference takes any one; here
    // it is the one with the least id.
    strings.try_emplace(text, int32_t(table.size()));
    table.push_back({id, flags});
  }
  header.addedTokens = writer.add(table);
  header.addedBefore = writer.addTrie(before);
  header.addedAfter = writer.addTrie(after);
  if (!asksTraits)
    return;
  std::vector<std::pair<CodePointSet::Range, uint8_t>> traits;
  for (const CodePointSet::Range &range : rustSet(RustSet::Word).ranges())
    traits.push_back({range, kTraitWord});
  // No character is both.
  for (const CodePointSet::Range &range : rustSet(RustSet::Whitespace).ranges())
    traits.push_back({range, kTraitSpace});
  header.traits = writer.addMap(traits);
}
