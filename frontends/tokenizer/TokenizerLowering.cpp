//===- TokenizerLowering.cpp - From a plan to tables ----------------------===//

#include "frontends/tokenizer/TokenizerLowering.h"
#include "frontends/tokenizer/UnicodeTables.h"
#include "runtime/lib/TokenizerTables.h"

#include <algorithm>

using namespace llm;
using namespace llmrt;

/// Longer tokens are rare, and merging them here would take time.
static constexpr size_t kMaxSelfEncoding = 64;

void TokenizerLowering::lowerPreTokenizer() {
  std::vector<PreTokenizerStep> steps;
  auto add = [&](PreTokenizerKind kind) {
    PreTokenizerStep step = {};
    step.kind = kind;
    steps.push_back(step);
  };
  bool asksOrigin = false, changes = !plan.normalizer.empty();
  for (const PreTokenizerPlan &entry : plan.preTokenizer) {
    PreTokenizerStep step = {};
    switch (entry.kind) {
    case PreTokenizerPlan::Split:
      step.kind = PreTokenizerKind::Split;
      step.first = addPattern(*entry.pattern);
      step.second = entry.behavior;
      step.third = entry.invert;
      break;
    case PreTokenizerPlan::PrependSpace:
      step.kind = PreTokenizerKind::PrependSpace;
      changes = true;
      break;
    case PreTokenizerPlan::Metaspace:
      step.kind = PreTokenizerKind::Metaspace;
      step.first = uint32_t(entry.prepend);
      step.text = writer.addBytes(entry.text);
      // Bytes lie where they came from until some step changes the text.
      asksOrigin |= entry.prepend == MetaspacePrepend::First && changes;
      changes = true;
      break;
    case PreTokenizerPlan::ByteLevel:
      changes = true;
      if (!spellBytes)
        continue;
      step.kind = PreTokenizerKind::BytesToCharacters;
      break;
    }
    steps.push_back(step);
  }
  if (byteInput && spellBytes)
    add(PreTokenizerKind::CharactersToBytes);
  if (asksOrigin)
    header.flags |= kTrackOrigin;
  header.preTokenizer = writer.add(steps);
}

/// Marks the tokens that the merges make of their own strings: a piece that is
/// one of them needs no merging.
void TokenizerLowering::markSelfEncoding(std::vector<uint8_t> &blob) {
  std::string error;
  std::unique_ptr<Tokenizer> tokenizer =
      Tokenizer::open(blob.data(), blob.size(), error);
  if (!tokenizer)
    return problems.add("tokenizer: " + error);
  const TokenizerTables &tables = tokenizer->tables();
  uint8_t *flags = blob.data() + header.tokenFlags.offset;
  std::vector<uint32_t> marked;
  for (uint32_t id = 0; id < vocabSize; ++id) {
    std::string_view text = tables.modelString(id);
    if (!text.empty() && text.size() <= kMaxSelfEncoding &&
        tokenizer->mergesInto(text, int32_t(id)))
      marked.push_back(id);
  }
  for (uint32_t id : marked)
    flags[id] |= kTokenEncodesSelf;
}

bool TokenizerLowering::run(std::vector<uint8_t> &blob) {
  size_t before = problems.size();
  readVocabulary();
  chooseDomain();
  lowerNormalizer();
  lowerPreTokenizer();
  assignAddedTokens();
  if (problems.size() != before)
    return false;
  lowerVocabulary();
  if (plan.model.kind == TokenModel::BytePair)
    lowerMerges();
  if (plan.model.kind == TokenModel::Unigram)
    lowerUnigram();
  if (plan.model.kind == TokenModel::Unigram ||
      plan.model.kind == TokenModel::WordPiece)
    lowerWordPiece();
  lowerAddedTokens();
  lowerTexts();
  lowerDecoder();
  for (int32_t id : plan.surround)
    if (id >= 0 && uint32_t(id) >= vocabSize)
      problems.add("tokenizer: the post-processor adds token " +
                   std::to_string(id) + ", but there are only " +
                   std::to_string(vocabSize));
  header.templateIds = writer.add(plan.surround);
  header.patterns = writer.add(patterns);
  header.lookaheads = writer.add(lookaheads);
  header.normalizer = writer.add(normalizer);
  header.forms = writer.add(forms);
  header.formCodePoints = writer.add(formCodePoints);
  if (needsCompositions) {
    std::vector<Composition> table;
    for (const unicode::Composition &entry : unicode::compositions())
      table.push_back({entry.first, entry.second, entry.composite});
    header.compositions = writer.add(table);
  }
  header.vocabSize = vocabSize;
  header.tokenFlags = writer.addUnshared(tokenFlags); // changed below
  if (problems.size() != before)
    return false;
  if (!writer.finish(header, blob)) {
    problems.add("tokenizer: its tables are larger than 4 GiB");
    return false;
  }
  if (plan.model.kind == TokenModel::BytePair)
    markSelfEncoding(blob);
  return problems.size() == before;
}
