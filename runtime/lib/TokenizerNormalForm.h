//===- TokenizerNormalForm.h - NFC, NFD, NFKC and NFKD --------------------===//
//
// Unicode normalization (Unicode Standard Annex 15) over the tables that the
// compiler chose: decompose, order marks by combining class, compose.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERNORMALFORM_H
#define LLMRT_LIB_TOKENIZERNORMALFORM_H

#include "runtime/lib/TokenizerNormalizer.h"

namespace llmrt {

void applyNormalForm(const TokenizerTables &tables, const Normalizer &step,
                     NormalizedText &text);

/// A character of a rewritten text and how many characters of the text before
/// it stands for, less one; +1: none, it came with the one before.
struct ChangedCharacter {
  uint32_t c;
  int32_t change;
};
/// Makes `characters` the text; origins follow the changes as the reference's
/// NormalizedString::transform has them.
void transformText(const std::vector<ChangedCharacter> &characters,
                   NormalizedText &text);

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERNORMALFORM_H
