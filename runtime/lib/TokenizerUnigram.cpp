//===- TokenizerUnigram.cpp - The likeliest way to cut a piece ------------===//
//
// Viterbi over the vocabulary's trie, with the reference's order of additions
// and comparisons, so that ties and rounding agree.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/TokenizerModels.h"
#include "runtime/lib/TokenizerText.h"

using namespace llmrt;

static constexpr uint32_t kNone = 0xffffffffu;

bool EncodeWork::addUnigramToken(std::string_view text) {
  int32_t id = tables.findToken(text);
  if (id >= 0) {
    ids.push_back(id);
    return true;
  }
  if (tables.has(kByteFallback)) {
    bool complete = true;
    for (char byte : text)
      complete &= tables.byteTokens[uint8_t(byte)] >= 0;
    if (complete) {
      for (char byte : text)
        ids.push_back(tables.byteTokens[uint8_t(byte)]);
      return true;
    }
  }
  return addUnknown();
}

bool EncodeWork::encodeUnigram(std::string_view piece) {
  const Trie &trie = tables.pieces;
  const int32_t unknown = tables.header.unknown;
  size_t size = piece.size();
  path.assign(size + 1, {0.0, kNone, 0});
  auto offer = [&](size_t start, size_t end, double score, int32_t id) {
    PathNode &node = path[end];
    if (node.start == kNone || score > node.score)
      node = {score, uint32_t(start), id};
  };
  for (size_t start = 0; start < size;) {
    double before = path[start].score;
    size_t length = characterLength(piece[start]);
    bool single = false;
    uint32_t node = 0;
    for (size_t at = start; !trie.empty() && at < size;) {
      node = trie.child(node, uint8_t(piece[at++]));
      if (node == 0)
        break;
      int32_t id = trie.values[node];
      if (id < 0)
        continue;
      offer(start, at, tables.scores[size_t(id)] + before, id);
      single |= at - start == length;
    }
    if (!single) {
      // Checked where it would be used, as the reference does.
      PathNode &next = path[start + length];
      double score = tables.header.unknownScore + before;
      if (next.start == kNone || score > next.score) {
        if (unknown < 0)
          return false;
        next = {score, uint32_t(start), unknown};
      }
    }
    start += length;
  }
  // Neighbouring unknown tokens are looked up as one text.
  cuts.clear();
  bool fusing = false;
  for (size_t end = size; end > 0;) {
    const PathNode &node = path[end];
    if (node.start == kNone)
      return false;
    bool isUnknown = unknown >= 0 && node.id == unknown;
    if (!(isUnknown && fusing))
      cuts.push_back(uint32_t(end));
    fusing = isUnknown;
    end = node.start;
  }
  size_t begin = 0;
  for (size_t index = cuts.size(); index-- > 0;) {
    if (!addUnigramToken(piece.substr(begin, cuts[index] - begin)))
      return false;
    begin = cuts[index];
  }
  return true;
}
