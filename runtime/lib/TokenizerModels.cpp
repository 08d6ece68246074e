//===- TokenizerModels.cpp - WordPiece, WordLevel and the choice ----------===//

#include "runtime/lib/TokenizerModels.h"
#include "runtime/lib/TokenizerText.h"

using namespace llmrt;

bool EncodeWork::encodePiece(std::string_view piece) {
  switch (tables.header.model) {
  case TokenModel::BytePair:
    return encodeBytePair(piece);
  case TokenModel::Unigram:
    return encodeUnigram(piece);
  case TokenModel::WordPiece:
    return encodeWordPiece(piece);
  case TokenModel::WordLevel:
    return encodeWordLevel(piece);
  }
  return false;
}

bool EncodeWork::addUnknown() {
  if (tables.header.unknown < 0)
    return false;
  ids.push_back(tables.header.unknown);
  return true;
}

/// The longest token at each place; a word that cannot be covered so is one
/// unknown token.
bool EncodeWork::encodeWordPiece(std::string_view piece) {
  uint64_t characters = 0;
  for (char byte : piece)
    characters += !isContinuation(byte);
  if (characters > tables.header.maxWordChars)
    return addUnknown();
  const Trie &trie = tables.pieces;
  size_t begin = ids.size(), at = 0;
  while (at < piece.size()) {
    int32_t found = -1;
    size_t end = at;
    uint32_t node = at == 0 ? 0 : tables.header.continuingNode;
    bool walk = !trie.empty() && (at == 0 || node != 0);
    // An empty prefix continues words from the root.
    if (at != 0 && tables.continuingPrefix.empty()) {
      node = 0;
      walk = !trie.empty();
    }
    for (size_t next = at; walk && next < piece.size();) {
      node = trie.child(node, uint8_t(piece[next++]));
      if (node == 0)
        break;
      if (trie.values[node] >= 0) {
        found = trie.values[node];
        end = next;
      }
    }
    if (found < 0) {
      ids.resize(begin);
      return addUnknown();
    }
    ids.push_back(found);
    at = end;
  }
  return true;
}

bool EncodeWork::encodeWordLevel(std::string_view piece) {
  int32_t id = tables.findToken(piece);
  if (id < 0)
    return addUnknown();
  ids.push_back(id);
  return true;
}
