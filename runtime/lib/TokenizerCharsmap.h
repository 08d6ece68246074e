//===- TokenizerCharsmap.h - SentencePiece's precompiled charsmap ---------===//
//
// A charsmap is a Darts-clone double array from strings to replacements. The
// reference asks it for each short grapheme cluster, then for each character.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERCHARSMAP_H
#define LLMRT_LIB_TOKENIZERCHARSMAP_H

#include "runtime/lib/TokenizerNormalizer.h"

namespace llmrt {

void applyCharsmap(const Normalizer &step, NormalizedText &text);

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERCHARSMAP_H
