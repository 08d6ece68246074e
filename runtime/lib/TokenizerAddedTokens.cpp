//===- TokenizerAddedTokens.cpp - Find added tokens in a text -------------===//

#include "runtime/lib/TokenizerAddedTokens.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>

using namespace llmrt;

static size_t characterBefore(std::string_view text, size_t at) {
  do
    --at;
  while (at > 0 && isContinuation(text[at]));
  return at;
}

static bool hasTrait(const TokenizerTables &tables, std::string_view text,
                     size_t at, CharacterTraits trait) {
  const char *cursor = text.data() + at;
  return tables.traits[readCharacter(cursor)] & trait;
}

void llmrt::findAddedTokens(const TokenizerTables &tables, const Trie &trie,
                            std::string_view text, bool parseSpecial,
                            std::vector<TextPart> &parts) {
  parts.clear();
  if (trie.empty()) {
    parts.push_back({0, text.size(), -1});
    return;
  }
  bool begins[256] = {};
  for (uint32_t node = trie.firstChild[0]; node < trie.firstChild[1]; ++node)
    begins[trie.labels[node]] = true;

  size_t done = 0;
  for (size_t at = 0; at < text.size();) {
    if (!begins[uint8_t(text[at])]) {
      ++at;
      continue;
    }
    int32_t found = -1;
    size_t foundEnd = at;
    uint32_t node = 0;
    for (size_t next = at; next < text.size();) {
      node = trie.child(node, uint8_t(text[next++]));
      if (node == 0)
        break;
      if (trie.values[node] >= 0) {
        found = trie.values[node];
        foundEnd = next;
      }
    }
    if (found < 0) {
      ++at;
      continue;
    }
    size_t begin = at, end = foundEnd;
    // The search goes on after the token even where it is not taken.
    at = foundEnd;
    const AddedToken &token = tables.addedTokens[size_t(found)];
    if (!parseSpecial && (token.flags & kAddedSpecial))
      continue;
    if (token.flags & kAddedSingleWord) {
      if (begin > 0 &&
          hasTrait(tables, text, characterBefore(text, begin), kTraitWord))
        continue;
      if (end < text.size() && hasTrait(tables, text, end, kTraitWord))
        continue;
    }
    if (token.flags & kAddedStripLeft) {
      size_t stripped = begin;
      while (stripped > done) {
        size_t before = characterBefore(text, stripped);
        if (!hasTrait(tables, text, before, kTraitSpace))
          break;
        stripped = before;
      }
      begin = std::max(stripped, done);
    }
    if (token.flags & kAddedStripRight) {
      // What an earlier token took along are spaces: not looked at again.
      end = std::max(end, done);
      while (end < text.size() && hasTrait(tables, text, end, kTraitSpace))
        end += characterLength(text[end]);
    }
    if (done < begin)
      parts.push_back({done, begin, -1});
    if (begin < end)
      parts.push_back({begin, end, int32_t(token.id)});
    done = end;
  }
  if (done < text.size())
    parts.push_back({done, text.size(), -1});
}
