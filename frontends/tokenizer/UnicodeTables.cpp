//===- UnicodeTables.cpp - Unicode as the reference tokenizers know it ----===//

#include "frontends/tokenizer/UnicodeTables.h"

#include <algorithm>
#include <cstddef>
#include <string>

using namespace llm;
using namespace llm::unicode;

#include "frontends/tokenizer/UnicodeData.inc"

namespace {

using Range = CodePointSet::Range;

/// (gap, length) pairs.
template <size_t N> CodePointSet readSet(const uint32_t (&pairs)[N]) {
  std::vector<Range> ranges;
  uint32_t at = 0;
  for (size_t index = 0; index + 1 < N; index += 2) {
    uint32_t begin = at + pairs[index];
    at = begin + pairs[index + 1];
    ranges.push_back({begin, at});
  }
  return CodePointSet::fromRanges(std::move(ranges));
}

/// (length, value) pairs over all code points; ranges whose value is not 0.
template <size_t N>
std::vector<std::pair<Range, uint8_t>> readRuns(const uint32_t (&pairs)[N],
                                                bool zeroes = false) {
  std::vector<std::pair<Range, uint8_t>> runs;
  uint32_t at = 0;
  for (size_t index = 0; index + 1 < N; index += 2) {
    uint32_t end = at + pairs[index];
    if (zeroes || pairs[index + 1] != 0)
      runs.push_back({{at, end}, uint8_t(pairs[index + 1])});
    at = end;
  }
  return runs;
}

/// (gap, count, count code points) groups.
template <size_t N> Mapping readMapping(const uint32_t (&data)[N]) {
  Mapping mapping;
  uint32_t c = 0;
  for (size_t index = 0; index < N;) {
    c += data[index];
    uint32_t count = data[index + 1];
    index += 2;
    mapping[c].assign(data + index, data + index + count);
    index += count;
  }
  return mapping;
}

constexpr const char *kCategoryNames[] = {
    "cc", "cf", "cn", "co", "cs", "ll", "lm", "lo", "lt", "lu",
    "mc", "me", "mn", "nd", "nl", "no", "pc", "pd", "pe", "pf",
    "pi", "po", "ps", "sc", "sk", "sm", "so", "zl", "zp", "zs"};

constexpr std::pair<const char *, const char *> kLongNames[] = {
    {"control", "cc"},
    {"format", "cf"},
    {"unassigned", "cn"},
    {"privateuse", "co"},
    {"surrogate", "cs"},
    {"lowercaseletter", "ll"},
    {"modifierletter", "lm"},
    {"otherletter", "lo"},
    {"titlecaseletter", "lt"},
    {"uppercaseletter", "lu"},
    {"spacingmark", "mc"},
    {"enclosingmark", "me"},
    {"nonspacingmark", "mn"},
    {"decimalnumber", "nd"},
    {"letternumber", "nl"},
    {"othernumber", "no"},
    {"connectorpunctuation", "pc"},
    {"dashpunctuation", "pd"},
    {"closepunctuation", "pe"},
    {"finalpunctuation", "pf"},
    {"initialpunctuation", "pi"},
    {"otherpunctuation", "po"},
    {"openpunctuation", "ps"},
    {"currencysymbol", "sc"},
    {"modifiersymbol", "sk"},
    {"mathsymbol", "sm"},
    {"othersymbol", "so"},
    {"lineseparator", "zl"},
    {"paragraphseparator", "zp"},
    {"spaceseparator", "zs"},
    {"letter", "l"},
    {"mark", "m"},
    {"combiningmark", "m"},
    {"number", "n"},
    {"punctuation", "p"},
    {"punct", "p"},
    {"symbol", "s"},
    {"separator", "z"},
    {"other", "c"},
    {"casedletter", "lc"},
    {"digit", "nd"},
    {"cntrl", "cc"}};

std::string plainName(std::string_view name) {
  std::string plain;
  for (char c : name)
    if (c != ' ' && c != '-' && c != '_')
      plain += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  return plain;
}

using Properties = std::map<std::string, CodePointSet, std::less<>>;

const Properties &categories() {
  static const Properties table = [] {
    Properties byName;
    std::map<std::string, std::vector<Range>> ranges;
    for (const auto &[range, value] : readRuns(kGeneralCategory, true)) {
      std::string name = kCategoryNames[value];
      ranges[name].push_back(range);
      ranges[name.substr(0, 1)].push_back(range);
      if (name == "ll" || name == "lt" || name == "lu")
        ranges["lc"].push_back(range);
    }
    for (auto &[name, list] : ranges)
      byName[name] = CodePointSet::fromRanges(std::move(list));
    return byName;
  }();
  return table;
}

const Properties &others() {
  static const Properties table = [] {
    Properties byName;
#define LLM_READ_SCRIPT(NAME, TABLE)                                           \
  byName[plainName(#NAME)] = readSet(k##TABLE);
    LLM_UNICODE_SCRIPTS(LLM_READ_SCRIPT)
#undef LLM_READ_SCRIPT
    byName["alpha"] = byName["alphabetic"] = readSet(kAlphabetic);
    byName["upper"] = byName["uppercase"] = readSet(kUppercase);
    byName["lower"] = byName["lowercase"] = readSet(kLowercase);
    byName["space"] = byName["whitespace"] = readSet(kSpace);
    byName["word"] = readSet(kWord);
    byName["graph"] = readSet(kGraph);
    byName["print"] = readSet(kPrint);
    byName["alnum"] = readSet(kAlphanumeric);
    byName["blank"] = readSet(kBlank);
    byName["xdigit"] = patternSet(PatternSet::HexDigit);
    byName["emoji"] = readSet(kEmoji);
    byName["emojipresentation"] = readSet(kEmojiPresentation);
    byName["emojimodifier"] = readSet(kEmojiModifier);
    byName["emojicomponent"] = readSet(kEmojiComponent);
    byName["extendedpictographic"] = readSet(kExtendedPictographic);
    byName["ideographic"] = readSet(kIdeographic);
    byName["any"] = CodePointSet::all();
    byName["ascii"] = CodePointSet::range(0, 0x80);
    byName["assigned"] = categories().at("cn").complement();
    return byName;
  }();
  return table;
}

} // namespace

const CodePointSet &unicode::patternSet(PatternSet name) {
  static const std::map<PatternSet, CodePointSet> table = [] {
    std::map<PatternSet, CodePointSet> sets;
    sets[PatternSet::Word] = readSet(kWord);
    sets[PatternSet::BareWord] = readSet(kBareWord);
    sets[PatternSet::Alphabetic] = readSet(kAlphabetic);
    sets[PatternSet::Uppercase] = readSet(kUppercase);
    sets[PatternSet::Lowercase] = readSet(kLowercase);
    sets[PatternSet::PosixPunctuation] = readSet(kPosixPunctuation);
    sets[PatternSet::Graph] = readSet(kGraph);
    sets[PatternSet::Print] = readSet(kPrint);
    sets[PatternSet::Alphanumeric] = readSet(kAlphanumeric);
    sets[PatternSet::Space] = readSet(kSpace);
    sets[PatternSet::Blank] = readSet(kBlank);
    sets[PatternSet::Digit] = categories().at("nd");
    sets[PatternSet::HexDigit] = CodePointSet::fromRanges(
        {{'0', '9' + 1}, {'A', 'F' + 1}, {'a', 'f' + 1}});
    return sets;
  }();
  return table.at(name);
}

std::optional<CodePointSet> unicode::property(std::string_view name) {
  std::string plain = plainName(name);
  for (const auto &[longName, shortName] : kLongNames)
    if (plain == longName)
      plain = shortName;
  for (const Properties *table : {&categories(), &others()})
    if (auto found = table->find(plain); found != table->end())
      return found->second;
  return std::nullopt;
}

static const std::map<uint32_t, std::vector<uint32_t>> &foldTable() {
  static const std::map<uint32_t, std::vector<uint32_t>> table = [] {
    std::map<uint32_t, std::vector<uint32_t>> groups;
    for (size_t index = 0; index < std::size(kFoldGroups);) {
      uint32_t count = kFoldGroups[index++];
      std::vector<uint32_t> group(kFoldGroups + index,
                                  kFoldGroups + index + count);
      for (uint32_t c : group)
        groups[c] = group;
      index += count;
    }
    return groups;
  }();
  return table;
}

CodePointSet unicode::foldGroup(uint32_t c) {
  auto found = foldTable().find(c);
  if (found == foldTable().end())
    return CodePointSet::of(c);
  std::vector<Range> ranges;
  for (uint32_t other : found->second)
    ranges.push_back({other, other + 1});
  return CodePointSet::fromRanges(std::move(ranges));
}

CodePointSet unicode::foldGroups(const CodePointSet &set) {
  std::vector<Range> ranges = set.ranges();
  for (const auto &[c, group] : foldTable())
    if (set.contains(c))
      for (uint32_t other : group)
        ranges.push_back({other, other + 1});
  return CodePointSet::fromRanges(std::move(ranges));
}

const std::vector<MultiFold> &unicode::multiFolds() {
  static const std::vector<MultiFold> table = [] {
    std::vector<MultiFold> folds;
    for (size_t index = 0; index < std::size(kMultiFolds);) {
      uint32_t count = kMultiFolds[index + 1];
      const uint32_t *first = kMultiFolds + index + 2;
      folds.push_back({kMultiFolds[index], {first, first + count}});
      index += 2 + count;
    }
    return folds;
  }();
  return table;
}

const CodePointSet &unicode::rustSet(RustSet name) {
  static const std::map<RustSet, CodePointSet> table = [] {
    std::map<RustSet, CodePointSet> sets;
    sets[RustSet::Word] = readSet(kRustWord);
    sets[RustSet::Whitespace] = readSet(kRustWhitespace);
    sets[RustSet::Numeric] = readSet(kRustNumeric);
    sets[RustSet::Punctuation] = readSet(kPunctuation);
    sets[RustSet::BertControl] = readSet(kBertControl);
    sets[RustSet::BertAccent] = readSet(kBertAccent);
    sets[RustSet::CombiningMark] = readSet(kCombiningMark);
    return sets;
  }();
  return table.at(name);
}

const Mapping &unicode::lowercase() {
  static const Mapping table = readMapping(kLowercaseMap);
  return table;
}

const Mapping &unicode::canonicalDecomposition() {
  static const Mapping table = readMapping(kCanonicalDecomposition);
  return table;
}

const Mapping &unicode::compatibilityDecomposition() {
  static const Mapping table = [] {
    Mapping mapping = canonicalDecomposition();
    for (auto &[c, decomposed] : readMapping(kCompatibilityDecomposition))
      mapping[c] = decomposed;
    return mapping;
  }();
  return table;
}

const std::map<uint32_t, uint8_t> &unicode::combiningClasses() {
  static const std::map<uint32_t, uint8_t> table = [] {
    std::map<uint32_t, uint8_t> classes;
    for (const auto &[range, value] : readRuns(kCombiningClass))
      for (uint32_t c = range.first; c < range.second; ++c)
        classes[c] = value;
    return classes;
  }();
  return table;
}

const std::vector<Composition> &unicode::compositions() {
  static const std::vector<Composition> table = [] {
    std::vector<Composition> list;
    uint32_t first = 0;
    for (size_t index = 0; index + 2 < std::size(kCompositions); index += 3) {
      first += kCompositions[index];
      list.push_back(
          {first, kCompositions[index + 1], kCompositions[index + 2]});
    }
    return list;
  }();
  return table;
}

const std::vector<std::pair<Range, uint8_t>> &unicode::graphemeClasses() {
  static const std::vector<std::pair<Range, uint8_t>> table =
      readRuns(kGraphemeClass);
  return table;
}
