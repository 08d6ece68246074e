//===- TokenizerTables.cpp - A tokenizer blob, checked --------------------===//

#include "runtime/lib/TokenizerTables.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace llmrt;

/// The compiler's own caps are lower.
static constexpr uint32_t kMaxSteps = 64;
static constexpr uint32_t kMaxDecoderSteps = 16;

namespace {

/// Takes tables out of the blob and remembers the first thing that is wrong.
class Checker {
public:
  Checker(const uint8_t *data, size_t size, std::string &error)
      : data(data), size(size), error(error) {}

  bool open(TokenizerTables &tables);

private:
  bool require(bool condition, const char *what) {
    if (__builtin_expect(!condition, 0))
      complain(what);
    return good;
  }
  /// Out of the way: tables have millions of entries that are right.
  __attribute__((noinline)) void complain(const char *what) {
    if (good)
      error = std::string("damaged tokenizer table: ") + what;
    good = false;
  }
  template <typename T, typename Condition>
  bool requireEach(const TableView<T> &entries, const char *what,
                   Condition holds) {
    bool each = true;
    for (const T &entry : entries)
      each &= holds(entry);
    return require(each, what);
  }

  /// Steps are counted before any is looked at.
  template <typename T>
  TableView<T> steps(TableSpan span, uint32_t most, const char *what) {
    TableView<T> table = view<T>(span, what);
    return require(table.size <= most, what) ? table : TableView<T>{};
  }

  template <typename T> TableView<T> view(TableSpan span, const char *what) {
    if (!require(span.offset <= size && span.bytes <= size - span.offset &&
                     span.offset % alignof(T) == 0 &&
                     span.bytes % sizeof(T) == 0,
                 what) ||
        span.bytes == 0)
      return {};
    return {reinterpret_cast<const T *>(data + span.offset),
            uint32_t(span.bytes / sizeof(T))};
  }

  std::string_view text(TableSpan span, const char *what) {
    TableView<char> bytes = view<char>(span, what);
    return {bytes.data, bytes.size};
  }
  std::string_view utf8(TableSpan span, const char *what) {
    std::string_view string = text(span, what);
    require(isUtf8(string), what);
    return string;
  }

  static bool isIdOrNone(int32_t value, uint32_t limit) {
    return (value == -1) | (uint32_t(value) < limit && value >= 0);
  }

  /// `limit`: every value is below.
  template <typename T>
  CharacterMap<T> map(CodePointMap table, uint64_t limit, const char *what) {
    TableView<uint16_t> index = view<uint16_t>(table.index, what);
    TableView<T> values = view<T>(table.values, what);
    if (index.empty())
      return {};
    require(index.size == kMapPages, what);
    require(values.size >> kMapPageShift << kMapPageShift == values.size, what);
    uint32_t pages = values.size >> kMapPageShift;
    requireEach(index, what, [&](uint16_t page) { return page < pages; });
    requireEach(values, what, [&](T value) { return value < limit; });
    return good ? CharacterMap<T>{index.data, values.data} : CharacterMap<T>{};
  }

  /// Offsets ascend and stay inside `bytes`.
  TableView<uint32_t> offsets(TableSpan span, uint64_t bytes,
                              const char *what) {
    TableView<uint32_t> table = view<uint32_t>(span, what);
    uint32_t last = 0;
    requireEach(table, what, [&](uint32_t offset) {
      bool ascends = (offset >= last) & (offset <= bytes);
      last = offset;
      return ascends;
    });
    return table;
  }

  /// `limit`: every value is below and at least -1.
  Trie trie(const TrieTable &table, uint32_t limit, const char *what) {
    Trie trie;
    trie.labels = view<uint8_t>(table.labels, what);
    trie.firstChild = view<uint32_t>(table.firstChild, what);
    trie.values = view<int32_t>(table.values, what);
    uint32_t nodes = trie.values.size;
    if (nodes == 0)
      return {};
    require(trie.labels.size == nodes && trie.firstChild.size == nodes + 1,
            what);
    requireEach(trie.values, what,
                [&](int32_t value) { return isIdOrNone(value, limit); });
    // Children come after their parent, so that every walk ends.
    for (uint32_t node = 0; good && node < nodes; ++node) {
      require(trie.firstChild[node] > node &&
                  trie.firstChild[node] <= trie.firstChild[node + 1] &&
                  trie.firstChild[node + 1] <= nodes,
              what);
    }
    return good ? trie : Trie{};
  }

  void openPatterns();
  void openNormalizer();
  void openPreTokenizer();
  void openVocabulary();
  void openModel();
  void openAddedTokens();
  void openDecoder();

  const uint8_t *data;
  size_t size;
  std::string &error;
  bool good = true;
  TokenizerTables *tables = nullptr;
};

bool Checker::open(TokenizerTables &result) {
  tables = &result;
  if (!require(size >= sizeof(TokenizerHeader),
               "it is shorter than its header"))
    return false;
  if (!require(reinterpret_cast<uintptr_t>(data) % 8 == 0,
               "it does not lie at a multiple of 8"))
    return false;
  memcpy(&result.header, data, sizeof(TokenizerHeader));
  if (result.header.magic != kTokenizerMagic) {
    error = "this is no compiled tokenizer";
    return false;
  }
  if (result.header.version != kTokenizerVersion) {
    error = "the tokenizer's tables have version " +
            std::to_string(result.header.version) + "; this runtime reads " +
            std::to_string(kTokenizerVersion);
    return false;
  }
  require(result.header.blobBytes == size, "its size");
  using Part = void (Checker::*)();
  for (Part part :
       {&Checker::openPatterns, &Checker::openNormalizer,
        &Checker::openPreTokenizer, &Checker::openVocabulary,
        &Checker::openModel, &Checker::openAddedTokens, &Checker::openDecoder})
    if (good)
      (this->*part)();
  return good;
}

void Checker::openPatterns() {
  const TokenizerHeader &header = tables->header;
  auto lookaheads = view<LookaheadTable>(header.lookaheads, "lookaheads");
  for (const PatternTable &table :
       steps<PatternTable>(header.patterns, 2 * kMaxSteps, "patterns")) {
    Pattern pattern;
    if (!require(table.classes >= 1 && table.classes <= 255 &&
                     table.states >= 1 && table.states < kMatchBit &&
                     table.lookaheads <= 4 &&
                     table.lookaheads <= lookaheads.size &&
                     table.firstLookahead <= lookaheads.size - table.lookaheads,
                 "a pattern's sizes"))
      return;
    pattern.classes = table.classes;
    pattern.columns = (table.classes + 1) << table.lookaheads;
    pattern.classOf =
        map<uint8_t>(table.classOf, table.classes, "a pattern's classes");
    require(pattern.classOf.index != nullptr, "a pattern without classes");
    pattern.next = view<uint16_t>(table.next, "a pattern's transitions");
    pattern.start = view<uint16_t>(table.start, "a pattern's start states");
    require(pattern.next.size == uint64_t(table.states) * pattern.columns &&
                pattern.start.size == table.classes + 1,
            "a pattern's tables");
    requireEach(pattern.next, "a pattern's transitions", [&](uint16_t next) {
      return (next & ~kMatchBit) < int(table.states);
    });
    requireEach(pattern.start, "a pattern's start states",
                [&](uint16_t start) { return start < table.states; });
    for (uint32_t index = 0; good && index < table.lookaheads; ++index) {
      const LookaheadTable &entry = lookaheads[table.firstLookahead + index];
      TableView<uint16_t> lookahead =
          view<uint16_t>(entry.next, "a lookahead's transitions");
      uint32_t states = lookahead.size / (table.classes + 1);
      require(states >= 1 && lookahead.size % (table.classes + 1) == 0,
              "a lookahead's transitions");
      requireEach(lookahead, "a lookahead's transitions", [&](uint16_t next) {
        return (next & ~kMatchBit) < int(states);
      });
      pattern.lookaheads.push_back(lookahead);
    }
    if (!good)
      return;
    tables->patterns.push_back(std::move(pattern));
  }
}

void Checker::openNormalizer() {
  const TokenizerHeader &header = tables->header;
  tables->forms = view<FormEntry>(header.forms, "normal forms");
  tables->formCodePoints =
      view<uint32_t>(header.formCodePoints, "decompositions");
  tables->compositions = view<Composition>(header.compositions, "compositions");
  const uint32_t codePoints = tables->formCodePoints.size;
  requireEach(tables->forms, "normal forms", [&](const FormEntry &form) {
    return form.first <= codePoints && form.count <= codePoints - form.first;
  });
  auto isScalar = [](uint32_t c) {
    return c < 0x110000 && !(c >= 0xd800 && c < 0xe000);
  };
  requireEach(tables->formCodePoints, "decompositions", isScalar);
  requireEach(
      tables->compositions, "compositions",
      [&](const Composition &entry) { return isScalar(entry.composite); });
  for (const NormalizerStep &step : steps<NormalizerStep>(
           header.normalizer, kMaxSteps, "normalizer steps")) {
    Normalizer result{step.kind, step.first, step.second, {}, {}, {}, {}};
    switch (step.kind) {
    case NormalizerKind::MapCharacters:
      result.text = utf8(step.text, "a normalizer's strings");
      result.strings =
          offsets(step.strings, result.text.size(), "a normalizer's strings");
      if (good)
        requireEach(result.strings, "a normalizer's strings",
                    [&](uint32_t offset) {
                      return offset >= result.text.size() ||
                             !isContinuation(result.text[offset]);
                    });
      require(!result.strings.empty(), "a normalizer's strings");
      if (good)
        result.wide = map<uint16_t>(step.map, result.strings.size,
                                    "a normalizer's characters");
      break;
    case NormalizerKind::Surround:
      result.text = utf8(step.text, "a surrounding text");
      result.narrow = map<uint8_t>(step.map, 2, "surrounded characters");
      break;
    case NormalizerKind::NormalForm:
      require(!tables->forms.empty(), "normal forms");
      result.wide = map<uint16_t>(step.map, tables->forms.size, "normal forms");
      break;
    case NormalizerKind::Replace:
      require(step.first < tables->patterns.size(), "a replaced pattern");
      result.text = utf8(step.text, "a replacement");
      break;
    case NormalizerKind::Prepend:
      result.text = utf8(step.text, "a prepended text");
      break;
    case NormalizerKind::Strip:
      result.narrow = map<uint8_t>(step.map, 2, "a stripped set");
      break;
    case NormalizerKind::Charsmap:
      result.text = utf8(step.text, "a charsmap's strings");
      result.strings = view<uint32_t>(step.strings, "a charsmap's trie");
      result.narrow = map<uint8_t>(step.map, 13, "grapheme classes");
      break;
    case NormalizerKind::BytesToCharacters:
      break;
    default:
      require(false, "an unknown normalizer step");
    }
    if (!good)
      return;
    tables->normalizer.push_back(result);
  }
}

void Checker::openPreTokenizer() {
  bool bytes = false;
  for (const PreTokenizerStep &step : steps<PreTokenizerStep>(
           tables->header.preTokenizer, kMaxSteps, "pre-tokenizer steps")) {
    PreTokenizer result{
        step.kind, step.first, step.second, step.third != 0, {}};
    require(!bytes, "a step over bytes");
    switch (step.kind) {
    case PreTokenizerKind::Split:
      require(step.first < tables->patterns.size() &&
                  step.second <= SplitBehavior::Contiguous,
              "a split");
      break;
    case PreTokenizerKind::Metaspace:
      require(step.first <= uint32_t(MetaspacePrepend::Always), "a metaspace");
      result.text = utf8(step.text, "a metaspace");
      require(!result.text.empty() &&
                  characterLength(result.text[0]) == result.text.size(),
              "a metaspace");
      break;
    case PreTokenizerKind::PrependSpace:
    case PreTokenizerKind::BytesToCharacters:
      break;
    case PreTokenizerKind::CharactersToBytes:
      // What follows may be no UTF-8.
      require(tables->header.model == TokenModel::BytePair,
              "a model over bytes");
      bytes = true;
      break;
    default:
      require(false, "an unknown pre-tokenizer step");
    }
    if (!good)
      return;
    tables->preTokenizer.push_back(result);
  }
}

void Checker::openVocabulary() {
  const TokenizerHeader &header = tables->header;
  uint32_t vocab = header.vocabSize;
  require(vocab < (1u << 30), "the vocabulary's size");
  tables->modelText = view<char>(header.modelText, "the vocabulary");
  tables->modelOffsets =
      offsets(header.modelOffsets, tables->modelText.size, "the vocabulary");
  tables->tokenFlags = view<uint8_t>(header.tokenFlags, "token flags");
  require(tables->modelOffsets.size == vocab + 1 &&
              tables->tokenFlags.size == vocab,
          "the vocabulary's size");
  tables->vocabSlots = view<uint64_t>(header.vocabSlots, "the vocabulary");
  bool hasEmpty = tables->vocabSlots.empty();
  requireEach(tables->vocabSlots, "the vocabulary's slots", [&](uint64_t slot) {
    hasEmpty |= slot == 0;
    return (slot == 0) | (uint32_t(slot) - 1 < vocab);
  });
  require(hasEmpty, "a full vocabulary table");
  require(header.unknown >= -1 &&
              (header.unknown < 0 || uint32_t(header.unknown) < vocab),
          "the unknown token");
  for (auto [span, table] :
       {std::pair(header.byteTokens, &tables->byteTokens),
        std::pair(header.byteSymbols, &tables->byteSymbols)}) {
    *table = view<int32_t>(span, "the tokens of bytes");
    require(table->size == 256, "the tokens of bytes");
    requireEach(*table, "the tokens of bytes",
                [&](int32_t id) { return isIdOrNone(id, vocab); });
  }
}

void Checker::openModel() {
  const TokenizerHeader &header = tables->header;
  uint32_t vocab = header.vocabSize;
  require(header.model <= TokenModel::WordLevel, "an unknown model");
  tables->merges = view<MergeSlot>(header.merges, "merges");
  bool hasEmpty = tables->merges.empty();
  requireEach(tables->merges, "merges", [&](const MergeSlot &slot) {
    bool empty = slot.left == kNoToken;
    hasEmpty |= empty;
    return empty |
           ((slot.left < vocab) & (slot.right < vocab) & (slot.merged < vocab));
  });
  require(hasEmpty, "a full merge table");
  tables->continuingPrefix = text(header.continuingPrefix, "a prefix");
  tables->endSuffix = text(header.endSuffix, "a suffix");
  tables->pieces = trie(header.pieces, vocab, "the trie of pieces");
  require(header.continuingNode == 0 ||
              header.continuingNode < tables->pieces.values.size,
          "the trie of pieces");
  tables->scores = view<double>(header.scores, "scores");
  if (header.model == TokenModel::Unigram) {
    require(tables->scores.size == vocab, "scores");
    requireEach(tables->scores, "scores",
                [](double score) { return !std::isnan(score); });
    require(!std::isnan(header.unknownScore), "scores");
  }
}

void Checker::openAddedTokens() {
  const TokenizerHeader &header = tables->header;
  tables->addedTokens = view<AddedToken>(header.addedTokens, "added tokens");
  requireEach(
      tables->addedTokens, "added tokens",
      [&](const AddedToken &token) { return token.id < header.vocabSize; });
  tables->addedBefore =
      trie(header.addedBefore, tables->addedTokens.size, "added tokens");
  tables->addedAfter =
      trie(header.addedAfter, tables->addedTokens.size, "added tokens");
  // An empty added token would match everywhere.
  for (const Trie *trie : {&tables->addedBefore, &tables->addedAfter})
    require(trie->empty() || trie->values[0] == -1, "an empty added token");
  tables->traits = map<uint8_t>(header.traits, 4, "character traits");
}

void Checker::openDecoder() {
  const TokenizerHeader &header = tables->header;
  tables->templateIds = view<int32_t>(header.templateIds, "the template");
  requireEach(tables->templateIds, "the template",
              [&](int32_t id) { return isIdOrNone(id, header.vocabSize); });
  tables->decodeText = view<char>(header.decodeText, "the tokens' texts");
  tables->decodeOffsets = offsets(header.decodeOffsets, tables->decodeText.size,
                                  "the tokens' texts");
  require(tables->decodeOffsets.size == header.vocabSize + 1,
          "the tokens' texts");
  // One token stage, then runs of bytes, then one text: as the steps' order.
  int stage = 0;
  uint64_t growth = 1;
  for (const DecoderStep &step :
       steps<DecoderStep>(header.decoder, kMaxDecoderSteps, "decoder steps")) {
    Decoder result{step.kind, step.first, step.second,
                   text(step.text, "a decoder's text"),
                   text(step.content, "a decoder's text")};
    int next = 0;
    switch (step.kind) {
    case DecoderKind::JoinSpace:
    case DecoderKind::Metaspace:
    case DecoderKind::WordPiece:
    case DecoderKind::Suffix:
      next = 1;
      break;
    case DecoderKind::ByteFallback:
      next = 2;
      break;
    case DecoderKind::Fuse:
    case DecoderKind::Utf8:
      next = 3;
      break;
    case DecoderKind::Strip:
      require(result.text.size() >= 1 && step.first < 1024 &&
                  step.second < 1024,
              "a decoder's strip");
      next = 4;
      break;
    case DecoderKind::Replace:
      require(!result.text.empty(), "a decoder's replacement");
      if (good)
        growth *= std::max<uint64_t>(
            1, (result.content.size() + result.text.size() - 1) /
                   result.text.size());
      require(growth <= kMaxDecoderGrowth, "a decoder's replacement");
      next = 4;
      break;
    default:
      require(false, "an unknown decoder step");
    }
    require(next > stage || (next == 4 && stage >= 3),
            "the order of decoder steps");
    require(next != 4 || stage >= 3, "the order of decoder steps");
    stage = next;
    if (!good)
      return;
    tables->decoder.push_back(result);
  }
}

} // namespace

bool TokenizerTables::open(const uint8_t *data, size_t size,
                           std::string &error) {
  static_assert(sizeof(TokenizerHeader) % 8 == 0, "tables follow at once");
  return Checker(data, size, error).open(*this);
}
