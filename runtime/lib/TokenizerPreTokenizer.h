//===- TokenizerPreTokenizer.h - Cut text into pieces ---------------------===//
//
// Runs the pre-tokenizer's steps. Each step hands its pieces to the next at
// once, so that nothing is stored where a step leaves the text alone.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERPRETOKENIZER_H
#define LLMRT_LIB_TOKENIZERPRETOKENIZER_H

#include "runtime/lib/TokenizerModels.h"

namespace llmrt {

/// A piece and where its first byte lies in the original text.
struct Piece {
  std::string_view text;
  const uint32_t *origins; ///< of its bytes, from `base`; null: as they lie
  uint64_t base;

  uint64_t origin() const { return origins ? base + origins[0] : base; }
  Piece part(size_t begin, size_t end) const {
    return {text.substr(begin, end - begin),
            origins ? origins + begin : nullptr, origins ? base : base + begin};
  }
};

/// Cuts a piece by steps `step` and on, and encodes what comes out.
bool preTokenize(const TokenizerTables &tables, size_t step, const Piece &piece,
                 EncodeWork &work);

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERPRETOKENIZER_H
