//===- TokenizerNormalizer.h - Run the normalizer's steps -----------------===//
//
// A text on its way through the normalizer. Where a later step asks at which
// byte of the original text a piece began (Metaspace with `first`), each byte
// carries the origin of the character it came from, by the reference's rules.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERNORMALIZER_H
#define LLMRT_LIB_TOKENIZERNORMALIZER_H

#include "runtime/lib/TokenizerTables.h"

#include <string>
#include <vector>

namespace llmrt {

/// Positions are 32-bit numbers, and a normalizer may make a text longer.
constexpr size_t kMaxText = size_t(1) << 30;

struct NormalizedText {
  std::string text;
  std::vector<uint32_t> origins; ///< one per byte when `tracked`
  bool tracked = false;
  /// No character becomes more than 18 by Unicode's rules; tables that let a
  /// text grow without bound are not followed.
  size_t limit = 0;
  bool overflowed = false; ///< the text as it is now means nothing

  void assign(std::string_view source, bool track);
};

/// Runs all normalizer steps over `text`. False when it grows out of bounds.
bool normalizeText(const TokenizerTables &tables, NormalizedText &text);

/// GPT-2's characters for the bytes of `source`, appended.
void appendByteCharacters(std::string_view source, std::string &out);

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERNORMALIZER_H
