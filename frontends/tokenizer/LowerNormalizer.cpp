//===- LowerNormalizer.cpp - Normalizer steps and patterns as tables ------===//

#include "frontends/tokenizer/PatternAutomaton.h"
#include "frontends/tokenizer/TokenizerLowering.h"
#include "frontends/tokenizer/UnicodeTables.h"
#include "runtime/lib/TokenizerText.h"

#include <cstring>
#include <tuple>

using namespace llm;
using namespace llmrt;
using unicode::RustSet;
using unicode::rustSet;

uint32_t TokenizerLowering::addPattern(const RegexNode &tree) {
  std::string error;
  std::optional<PatternAutomaton> automaton =
      buildAutomaton(tree, patternWork, error);
  if (!automaton) {
    problems.add("tokenizer: " + error);
    return 0;
  }
  PatternTable table = {};
  table.classes = automaton->classes;
  table.states = automaton->states;
  table.lookaheads = uint32_t(automaton->lookaheads.size());
  table.firstLookahead = uint32_t(lookaheads.size());
  for (const std::vector<uint16_t> &lookahead : automaton->lookaheads)
    lookaheads.push_back({writer.add(lookahead)});
  table.classOf = writer.addMap(automaton->classOf);
  table.next = writer.add(automaton->next);
  table.start = writer.add(automaton->start);
  patterns.push_back(table);
  return uint32_t(patterns.size() - 1);
}

using CharacterRules = std::vector<std::pair<CodePointSet::Range, std::string>>;

/// Later rules win.
void TokenizerLowering::mapCharacters(const CharacterRules &mapping) {
  std::vector<std::pair<CodePointSet::Range, uint16_t>> entries;
  std::vector<uint32_t> offsets{0};
  std::string pool;
  const std::string *last = nullptr; // neighbours of a set have one text
  for (const auto &[range, text] : mapping) {
    if (!last || *last != text) {
      pool += text;
      offsets.push_back(uint32_t(pool.size()));
    }
    last = &text;
    entries.push_back({range, uint16_t(offsets.size() - 1)});
  }
  NormalizerStep step = {};
  step.kind = NormalizerKind::MapCharacters;
  step.text = writer.addBytes(pool);
  step.strings = writer.add(offsets);
  step.map = writer.addMap(entries);
  normalizer.push_back(step);
}

static CharacterRules mapSet(const CodePointSet &set, const std::string &to) {
  CharacterRules rules;
  for (const CodePointSet::Range &range : set.ranges())
    rules.push_back({range, to});
  return rules;
}

/// BertNormalizer's "Chinese characters": blocks, whatever is assigned there.
static CodePointSet bertIdeographs() {
  return CodePointSet::fromRanges({{0x4e00, 0xa000},
                                   {0x3400, 0x4dc0},
                                   {0x20000, 0x2a6e0},
                                   {0x2a700, 0x2b740},
                                   {0x2b740, 0x2b820},
                                   {0x2b920, 0x2ceb0},
                                   {0xf900, 0xfb00},
                                   {0x2f800, 0x2fa20}});
}

static CharacterRules lowercaseRules() {
  CharacterRules rules;
  for (const auto &[c, lower] : unicode::lowercase()) {
    std::string text;
    for (uint32_t part : lower)
      appendCharacter(part, text);
    rules.push_back({{c, c + 1}, text});
  }
  return rules;
}

/// SentencePiece's nmt rules, as the reference's Nmt has them.
static CharacterRules nmtRules() {
  CharacterRules rules = mapSet(CodePointSet::fromRanges({{0x01, 0x09},
                                                          {0x0b, 0x0c},
                                                          {0x0e, 0x20},
                                                          {0x7f, 0x80},
                                                          {0x8f, 0x90},
                                                          {0x9f, 0xa0}}),
                                "");
  for (auto &rule : mapSet(CodePointSet::fromRanges({{0x09, 0x0b},
                                                     {0x0c, 0x0e},
                                                     {0x1680, 0x1681},
                                                     {0x200b, 0x2010},
                                                     {0x2028, 0x202a},
                                                     {0x2581, 0x2582},
                                                     {0xfeff, 0xff00},
                                                     {0xfffd, 0xfffe}}),
                           " "))
    rules.push_back(rule);
  return rules;
}

namespace {

/// One of the four normal forms, as entries of the table of forms from 0 on.
struct NormalForm {
  std::vector<FormEntry> forms;
  std::vector<uint32_t> codePoints;
  std::vector<std::pair<uint32_t, uint16_t>> formOf;

  NormalForm(bool composes, bool compatible);
};

} // namespace

NormalForm::NormalForm(bool composes, bool compatible) {
  const unicode::Mapping &mapping = compatible
                                        ? unicode::compatibilityDecomposition()
                                        : unicode::canonicalDecomposition();
  // Characters that composition brings back, or can attach to others.
  std::set<uint32_t> composite, second;
  for (const unicode::Composition &entry : unicode::compositions()) {
    composite.insert(entry.composite);
    second.insert(entry.second);
  }
  for (uint32_t c = 0x1161; c < 0x1176; ++c)
    second.insert(c);
  for (uint32_t c = 0x11a8; c < 0x11c3; ++c)
    second.insert(c);
  std::set<uint32_t> concerned;
  for (const auto &[c, decomposed] : mapping)
    concerned.insert(c);
  for (const auto &[c, combiningClass] : unicode::combiningClasses())
    concerned.insert(c);
  concerned.insert(second.begin(), second.end());

  std::map<std::tuple<std::vector<uint32_t>, uint8_t, uint8_t>, uint16_t>
      numbers;
  for (uint32_t c : concerned) {
    std::vector<uint32_t> decomposed;
    if (auto found = mapping.find(c); found != mapping.end())
      decomposed = found->second;
    uint8_t combiningClass = 0;
    if (auto found = unicode::combiningClasses().find(c);
        found != unicode::combiningClasses().end())
      combiningClass = found->second;
    bool comesBack =
        composes && composite.count(c) &&
        (!compatible || unicode::canonicalDecomposition().at(c) == decomposed);
    bool unsure = combiningClass != 0 || (!decomposed.empty() && !comesBack) ||
                  (composes && second.count(c));
    auto [found, isNew] = numbers.try_emplace(
        {decomposed, combiningClass, unsure}, uint16_t(forms.size()));
    if (isNew) {
      forms.push_back({uint32_t(codePoints.size()), uint16_t(decomposed.size()),
                       combiningClass, unsure});
      codePoints.insert(codePoints.end(), decomposed.begin(), decomposed.end());
    }
    formOf.push_back({c, found->second});
  }
}

/// Made once a process: a tokenizer's own normalizer is asked while it is
/// built.
static const NormalForm &normalForm(bool composes, bool compatible) {
  static const NormalForm nfc(true, false), nfd(false, false), nfkc(true, true),
      nfkd(false, true);
  return compatible ? (composes ? nfkc : nfkd) : (composes ? nfc : nfd);
}

void TokenizerLowering::lowerForm(NormalizerPlan::Kind kind,
                                  NormalizerStep &step) {
  const bool composes =
      kind == NormalizerPlan::Nfc || kind == NormalizerPlan::Nfkc;
  const bool compatible =
      kind == NormalizerPlan::Nfkc || kind == NormalizerPlan::Nfkd;
  step.kind = NormalizerKind::NormalForm;
  step.first = composes;
  needsCompositions |= composes;
  // However many steps there are, each form is in the table once.
  auto [known, isNew] = formMaps.try_emplace(kind);
  if (isNew) {
    const NormalForm &form = normalForm(composes, compatible);
    if (forms.empty())
      forms.push_back({0, 0, 0, 0});
    std::vector<std::pair<CodePointSet::Range, uint16_t>> entries;
    entries.reserve(form.formOf.size());
    for (const auto &[c, number] : form.formOf)
      entries.push_back({{c, c + 1}, uint16_t(forms.size() + number)});
    for (FormEntry entry : form.forms) {
      entry.first += uint32_t(formCodePoints.size());
      forms.push_back(entry);
    }
    formCodePoints.insert(formCodePoints.end(), form.codePoints.begin(),
                          form.codePoints.end());
    known->second = writer.addMap(entries);
  }
  step.map = known->second;
}

void TokenizerLowering::lowerCharsmap(std::string_view bytes,
                                      NormalizerStep &step) {
  uint32_t trieBytes = 0;
  if (bytes.size() >= 4)
    memcpy(&trieBytes, bytes.data(), 4);
  std::string_view rest = bytes.substr(std::min<size_t>(bytes.size(), 4));
  if (bytes.size() < 4 || trieBytes % 4 != 0 || trieBytes > rest.size() ||
      !isUtf8(rest.substr(trieBytes))) {
    problems.add("tokenizer: the precompiled charsmap is damaged");
    return;
  }
  step.kind = NormalizerKind::Charsmap;
  step.strings = writer.addBytes(rest.substr(0, trieBytes));
  step.text = writer.addBytes(rest.substr(trieBytes));
  step.map = writer.addMap(unicode::graphemeClasses());
}

void TokenizerLowering::lowerNormalizer() {
  for (const NormalizerPlan &entry : plan.normalizer) {
    NormalizerStep step = {};
    switch (entry.kind) {
    case NormalizerPlan::Lowercase: {
      static const CharacterRules lowercase = lowercaseRules();
      mapCharacters(lowercase);
      continue;
    }
    case NormalizerPlan::StripAccents:
      mapCharacters(mapSet(rustSet(RustSet::CombiningMark), ""));
      continue;
    case NormalizerPlan::BertAccents:
      mapCharacters(mapSet(rustSet(RustSet::BertAccent), ""));
      continue;
    case NormalizerPlan::BertClean: {
      CharacterRules rules = mapSet(
          rustSet(RustSet::Whitespace).without(CodePointSet::of(' ')), " ");
      for (auto &rule : mapSet(rustSet(RustSet::BertControl), ""))
        rules.push_back(rule);
      mapCharacters(rules);
      continue;
    }
    case NormalizerPlan::Nmt:
      mapCharacters(nmtRules());
      continue;
    case NormalizerPlan::BertChinese:
      step.kind = NormalizerKind::Surround;
      step.text = writer.addBytes(" ");
      step.map = writer.addSet(bertIdeographs());
      break;
    case NormalizerPlan::Nfc:
    case NormalizerPlan::Nfd:
    case NormalizerPlan::Nfkc:
    case NormalizerPlan::Nfkd:
      lowerForm(entry.kind, step);
      break;
    case NormalizerPlan::Replace:
      step.kind = NormalizerKind::Replace;
      step.first = addPattern(*entry.pattern);
      step.text = writer.addBytes(entry.text);
      break;
    case NormalizerPlan::Prepend:
      step.kind = NormalizerKind::Prepend;
      step.text = writer.addBytes(entry.text);
      break;
    case NormalizerPlan::Strip:
      step.kind = NormalizerKind::Strip;
      step.first = entry.left;
      step.second = entry.right;
      step.map = writer.addSet(rustSet(RustSet::Whitespace));
      break;
    case NormalizerPlan::Charsmap:
      lowerCharsmap(entry.text, step);
      break;
    case NormalizerPlan::ByteLevel:
      step.kind = NormalizerKind::BytesToCharacters;
      break;
    }
    normalizer.push_back(step);
  }
}
