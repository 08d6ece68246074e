//===- TokenizerTables.h - A tokenizer blob, checked ----------------------===//
//
// Typed views of the tables of TokenizerFormat.h. Opening checks everything
// that the interpreters rely on (sizes, order, every index and id), so that
// they may follow the tables without looking again.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERTABLES_H
#define LLMRT_LIB_TOKENIZERTABLES_H

#include "runtime/lib/TokenizerFormat.h"

#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

/// A read-only array inside the blob.
template <typename T> struct TableView {
  const T *data = nullptr;
  uint32_t size = 0;
  const T &operator[](size_t index) const { return data[index]; }
  const T *begin() const { return data; }
  const T *end() const { return data + size; }
  bool empty() const { return size == 0; }
};

/// A CodePointMap with values of type T.
template <typename T> struct CharacterMap {
  const uint16_t *index = nullptr;
  const T *values = nullptr;
  T operator[](uint32_t c) const {
    if (!index)
      return 0;
    return values[(size_t(index[c >> kMapPageShift]) << kMapPageShift) +
                  (c & ((1u << kMapPageShift) - 1))];
  }
};

struct Trie {
  TableView<uint8_t> labels;
  TableView<uint32_t> firstChild;
  TableView<int32_t> values;

  bool empty() const { return values.size == 0; }
  /// The child of `node` by `label`, or 0.
  uint32_t child(uint32_t node, uint8_t label) const;
};

struct Pattern {
  uint32_t classes = 0;
  uint32_t columns = 0;
  CharacterMap<uint8_t> classOf;
  TableView<uint16_t> next;
  TableView<uint16_t> start;
  std::vector<TableView<uint16_t>> lookaheads; ///< transitions
};

struct Normalizer {
  NormalizerKind kind;
  uint32_t first, second;
  std::string_view text;
  TableView<uint32_t> strings;
  CharacterMap<uint16_t> wide;
  CharacterMap<uint8_t> narrow;
};

struct PreTokenizer {
  PreTokenizerKind kind;
  uint32_t first;
  SplitBehavior behavior;
  bool invert;
  std::string_view text;
};

struct Decoder {
  DecoderKind kind;
  uint32_t first, second;
  std::string_view text, content;
};

struct TokenizerTables {
  TokenizerHeader header;
  std::vector<Pattern> patterns;
  std::vector<Normalizer> normalizer;
  std::vector<PreTokenizer> preTokenizer;
  std::vector<Decoder> decoder;

  TableView<FormEntry> forms;
  TableView<uint32_t> formCodePoints;
  TableView<Composition> compositions;

  TableView<AddedToken> addedTokens;
  Trie addedBefore, addedAfter;
  CharacterMap<uint8_t> traits;

  TableView<char> modelText;
  TableView<uint32_t> modelOffsets;
  TableView<uint64_t> vocabSlots;
  TableView<uint8_t> tokenFlags;
  TableView<MergeSlot> merges;
  TableView<int32_t> byteTokens, byteSymbols;
  std::string_view continuingPrefix, endSuffix;
  Trie pieces;
  TableView<double> scores;

  TableView<int32_t> templateIds;
  TableView<char> decodeText;
  TableView<uint32_t> decodeOffsets;

  bool has(TokenizerFlags flag) const { return header.flags & flag; }

  std::string_view modelString(uint32_t id) const {
    return {modelText.data + modelOffsets[id],
            modelOffsets[id + 1] - modelOffsets[id]};
  }
  std::string_view decodeString(uint32_t id) const {
    return {decodeText.data + decodeOffsets[id],
            decodeOffsets[id + 1] - decodeOffsets[id]};
  }
  /// The token whose model string is `text`, or -1.
  int32_t findToken(std::string_view text) const;
  /// The merge of a pair of tokens, or null.
  const MergeSlot *findMerge(uint32_t left, uint32_t right) const;

  /// Fills *this from a blob that outlives it. False with what is wrong.
  bool open(const uint8_t *data, size_t size, std::string &error);
};

inline uint32_t Trie::child(uint32_t node, uint8_t label) const {
  uint32_t low = firstChild[node], high = firstChild[node + 1];
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (labels[middle] < label)
      low = middle + 1;
    else
      high = middle;
  }
  return low < firstChild[node + 1] && labels[low] == label ? low : 0;
}

inline int32_t TokenizerTables::findToken(std::string_view text) const {
  if (vocabSlots.empty())
    return -1;
  uint64_t hash = hashText(text.data(), text.size());
  for (uint32_t slot = vocabSlot(hash, vocabSlots.size);;) {
    uint64_t entry = vocabSlots[slot];
    if (entry == 0)
      return -1;
    if (entry >> 32 == hash >> 32) {
      uint32_t id = uint32_t(entry) - 1;
      if (modelString(id) == text)
        return int32_t(id);
    }
    if (++slot == vocabSlots.size)
      slot = 0;
  }
}

inline const MergeSlot *TokenizerTables::findMerge(uint32_t left,
                                                   uint32_t right) const {
  if (merges.empty())
    return nullptr;
  for (uint32_t slot = mergeSlot(left, right, merges.size);;) {
    const MergeSlot &entry = merges[slot];
    if (entry.left == left && entry.right == right)
      return &entry;
    if (entry.left == kNoToken)
      return nullptr;
    if (++slot == merges.size)
      slot = 0;
  }
}

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERTABLES_H
