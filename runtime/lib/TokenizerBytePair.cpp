//===- TokenizerBytePair.cpp - Byte pair encoding -------------------------===//
//
// The pair of neighbours with the lowest rank, the leftmost of several, is
// merged until no pair has a rank. Short pieces are searched again each time;
// long ones keep a heap, so that no text takes quadratic time.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/TokenizerModels.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>

using namespace llmrt;

static constexpr uint32_t kNone = 0xffffffffu;
/// Up to here a search is quicker than a heap.
static constexpr size_t kFewSymbols = 48;

bool EncodeWork::encodeBytePair(std::string_view piece) {
  if (piece.empty())
    return true;
  if (tables.has(kIgnoreMerges)) {
    int32_t id = tables.findToken(piece);
    if (id >= 0) {
      ids.push_back(id);
      return true;
    }
  }
  if (!tables.has(kSplitAtMeta))
    return mergePiece(piece);
  // Merges never cross these places, so the parts can be taken apart.
  static constexpr std::string_view kMeta = "\xe2\x96\x81";
  size_t begin = 0, from = kMeta.size();
  while (begin < piece.size()) {
    size_t end =
        from < piece.size() ? piece.find(kMeta, from) : std::string_view::npos;
    if (end == std::string_view::npos)
      end = piece.size();
    from = end + kMeta.size();
    if (end < piece.size() && end >= kMeta.size() &&
        piece.substr(end - kMeta.size(), kMeta.size()) == kMeta)
      continue;
    if (!mergePiece(piece.substr(begin, end - begin)))
      return false;
    begin = end;
  }
  return true;
}

bool EncodeWork::mergePiece(std::string_view piece) {
  int32_t whole = tables.findToken(piece);
  if (whole >= 0 && tables.tokenFlags[size_t(whole)] & kTokenEncodesSelf) {
    ids.push_back(whole);
    return true;
  }
  symbols.clear();
  if (!splitSymbols(piece))
    return false;
  if (symbols.size() > kFewSymbols)
    mergeMany();
  else
    mergeFew();
  return true;
}

int32_t EncodeWork::findSymbol(std::string_view symbol, bool first, bool last) {
  bool prefixed = !first && !tables.continuingPrefix.empty();
  bool suffixed = last && !tables.endSuffix.empty();
  if (!prefixed && !suffixed) {
    if (symbol.size() == 1)
      return tables.byteSymbols[uint8_t(symbol[0])];
    return tables.findToken(symbol);
  }
  spelled.clear();
  if (prefixed)
    spelled += tables.continuingPrefix;
  spelled += symbol;
  if (suffixed)
    spelled += tables.endSuffix;
  return tables.findToken(spelled);
}

/// Byte tokens for all of `text`, or none.
bool EncodeWork::addByteTokens(std::string_view text) {
  for (char byte : text)
    if (tables.byteTokens[uint8_t(byte)] < 0)
      return false;
  for (char byte : text)
    symbols.push_back(uint32_t(tables.byteTokens[uint8_t(byte)]));
  return true;
}

bool EncodeWork::splitSymbols(std::string_view piece) {
  const bool bytes = tables.has(kByteInput);
  bool pending = false; // an unknown token that later unknowns may join
  for (size_t at = 0; at < piece.size();) {
    size_t length = bytes ? 1 : characterLength(piece[at]);
    std::string_view symbol = piece.substr(at, length);
    bool first = at == 0, last = at + length == piece.size();
    at += length;
    int32_t id = findSymbol(symbol, first, last);
    if (id >= 0) {
      if (pending)
        symbols.push_back(uint32_t(tables.header.unknown));
      pending = false;
      symbols.push_back(uint32_t(id));
      continue;
    }
    if (tables.has(kByteFallback)) {
      // The reference falls back with prefix and suffix spelled out, and
      // leaves a pending unknown token for after the bytes.
      bool spelledOut = (!first && !tables.continuingPrefix.empty()) ||
                        (last && !tables.endSuffix.empty());
      if (addByteTokens(spelledOut ? std::string_view(spelled) : symbol))
        continue;
    }
    if (tables.has(kUnknownFails))
      return false;
    if (tables.header.unknown < 0)
      continue; // as the reference: a character without a token is dropped
    if (pending && !tables.has(kFuseUnknown))
      symbols.push_back(uint32_t(tables.header.unknown));
    pending = true;
  }
  if (pending)
    symbols.push_back(uint32_t(tables.header.unknown));
  return true;
}

void EncodeWork::mergeFew() {
  size_t count = symbols.size();
  ranks.resize(count);
  results.resize(count);
  auto rankPair = [&](size_t index) {
    const MergeSlot *merge =
        index + 1 < count ? tables.findMerge(symbols[index], symbols[index + 1])
                          : nullptr;
    ranks[index] = merge ? merge->rank : kNone;
    results[index] = merge ? merge->merged : 0;
  };
  for (size_t index = 0; index < count; ++index)
    rankPair(index);
  while (count > 1) {
    size_t best = 0;
    for (size_t index = 1; index + 1 < count; ++index)
      if (ranks[index] < ranks[best])
        best = index;
    if (ranks[best] == kNone)
      break;
    symbols[best] = results[best];
    for (size_t index = best + 1; index + 1 < count; ++index) {
      symbols[index] = symbols[index + 1];
      ranks[index] = ranks[index + 1];
      results[index] = results[index + 1];
    }
    --count;
    rankPair(best);
    if (best > 0)
      rankPair(best - 1);
  }
  ids.insert(ids.end(), symbols.begin(), symbols.begin() + ptrdiff_t(count));
}

void EncodeWork::pushCandidate(uint32_t position) {
  uint32_t next = linked[position].next;
  if (next == kNone)
    return;
  if (const MergeSlot *merge =
          tables.findMerge(linked[position].id, linked[next].id)) {
    heap.push_back({merge->rank, position, merge->merged});
    std::push_heap(heap.begin(), heap.end());
  }
}

void EncodeWork::mergeMany() {
  uint32_t count = uint32_t(symbols.size());
  linked.clear();
  linked.reserve(count);
  for (uint32_t index = 0; index < count; ++index)
    linked.push_back({symbols[index], index == 0 ? kNone : index - 1,
                      index + 1 == count ? kNone : index + 1, false});
  heap.clear();
  for (uint32_t index = 0; index + 1 < count; ++index)
    if (const MergeSlot *merge =
            tables.findMerge(symbols[index], symbols[index + 1]))
      heap.push_back({merge->rank, index, merge->merged});
  std::make_heap(heap.begin(), heap.end());
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end());
    Candidate best = heap.back();
    heap.pop_back();
    Symbol &left = linked[best.position];
    if (left.merged || left.next == kNone)
      continue;
    // The pair may have changed since it was put into the heap.
    const MergeSlot *merge = tables.findMerge(left.id, linked[left.next].id);
    if (!merge || merge->merged != best.result)
      continue;
    Symbol &right = linked[left.next];
    left.id = best.result;
    left.next = right.next;
    right.merged = true;
    if (left.next != kNone)
      linked[left.next].previous = best.position;
    if (left.previous != kNone)
      pushCandidate(left.previous);
    pushCandidate(best.position);
  }
  for (const Symbol &symbol : linked)
    if (!symbol.merged)
      ids.push_back(int32_t(symbol.id));
}
