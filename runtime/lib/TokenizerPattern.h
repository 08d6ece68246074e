//===- TokenizerPattern.h - Find matches of a compiled pattern ------------===//
//
// Walks the automaton of a PatternTable over a text. Finds what Oniguruma's
// find_iter finds: leftmost matches, the first by the pattern's priorities, no
// empty match where the last one ended.
//
// The time is linear in the text whatever the pattern: where a walk ran on for
// long without finding an end, states it passed are remembered, and a later
// walk that meets one stops there.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERPATTERN_H
#define LLMRT_LIB_TOKENIZERPATTERN_H

#include "runtime/lib/TokenizerTables.h"

#include <string_view>
#include <unordered_set>
#include <vector>

namespace llmrt {

class PatternSearch {
public:
  PatternSearch(const Pattern &pattern, std::string_view text);

  /// The next match as [begin, end). False when there is none left.
  bool next(size_t &begin, size_t &end);

private:
  bool matchAt(size_t position, size_t &end);
  void runLookaheads();
  uint32_t classAt(size_t position) const;

  const Pattern &pattern;
  const char *text;
  size_t size;
  size_t position = 0;        ///< where the search goes on
  size_t lastEnd = SIZE_MAX;  ///< of the last match
  uint32_t classBefore;       ///< of the character before `position`
  std::vector<uint8_t> holds; ///< at each byte: bits of the lookaheads
  std::unordered_set<uint64_t> hopeless; ///< block of text << 16 | state
  std::vector<uint64_t> passed;
};

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERPATTERN_H
