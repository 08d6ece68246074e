//===- TokenizerAddedTokens.h - Find added tokens in a text ---------------===//

#ifndef LLMRT_LIB_TOKENIZERADDEDTOKENS_H
#define LLMRT_LIB_TOKENIZERADDEDTOKENS_H

#include "runtime/lib/TokenizerTables.h"

#include <string_view>
#include <vector>

namespace llmrt {

/// Part of a text: an added token's id, or -1 for text between.
struct TextPart {
  size_t begin, end;
  int32_t id;
};

/// Cuts `text` at the added tokens in `trie`, the longest at the leftmost
/// place. Special tokens are passed over unless `parseSpecial`.
void findAddedTokens(const TokenizerTables &tables, const Trie &trie,
                     std::string_view text, bool parseSpecial,
                     std::vector<TextPart> &parts);

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERADDEDTOKENS_H
